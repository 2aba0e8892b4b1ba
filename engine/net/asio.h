#pragma once
// Asio for the files of net and serve. Asio and Beast are compiled once, in asio.cpp, which makes each
// other file that talks to sockets several seconds cheaper to compile.

#ifndef BOOST_ASIO_SEPARATE_COMPILATION
#define BOOST_ASIO_SEPARATE_COMPILATION
#endif
#ifndef BOOST_BEAST_SEPARATE_COMPILATION
#define BOOST_BEAST_SEPARATE_COMPILATION
#endif
// ThreadSanitizer does not know fences, and GCC says so with an error.
#if defined(__SANITIZE_THREAD__) && !defined(BOOST_ASIO_DISABLE_FENCED_BLOCK)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <chrono>

namespace shopbell {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Deadlines are kept on the steady clock: nobody moves it.
using Deadline = std::chrono::steady_clock::time_point;

}  // namespace shopbell
