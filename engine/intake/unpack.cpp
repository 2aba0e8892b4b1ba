#include "intake/unpack.h"

#include <zlib.h>
#include <zstd.h>

namespace shopbell {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

/// One or more members, as gzip writes them when files are joined.
class Gzip : public LogReader::Unpacker {
 public:
  Gzip() { inflateInit2(&stream_, 15 + 16); }  // the largest window, a gzip header
  ~Gzip() override { inflateEnd(&stream_); }

  Result<void> unpack(std::string& packed, std::string& to) override {
    stream_.next_in = reinterpret_cast<Bytef*>(packed.data());
    stream_.avail_in = static_cast<uInt>(packed.size());
    while (stream_.avail_in > 0) {
      if (complete_) inflateReset(&stream_);
      complete_ = false;
      const std::size_t before = to.size();
      to.resize(before + piece_bytes);
      stream_.next_out = reinterpret_cast<Bytef*>(to.data() + before);
      stream_.avail_out = static_cast<uInt>(piece_bytes);
      const int status = inflate(&stream_, Z_NO_FLUSH);
      to.resize(before + piece_bytes - stream_.avail_out);
      if (status == Z_STREAM_END) complete_ = true;
      else if (status != Z_OK && status != Z_BUF_ERROR)
        return fail("broken_log", std::string("this is no gzip any more: ") + (stream_.msg ? stream_.msg : "broken"));
      if (status == Z_BUF_ERROR) break;
    }
    packed.erase(0, packed.size() - stream_.avail_in);
    return {};
  }
  bool complete() const override { return complete_; }

 private:
  z_stream stream_{};
  bool complete_ = false;
};

class Zstandard : public LogReader::Unpacker {
 public:
  Zstandard() : stream_(ZSTD_createDStream()) {}
  ~Zstandard() override { ZSTD_freeDStream(stream_); }

  Result<void> unpack(std::string& packed, std::string& to) override {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    for (bool full = true; in.pos < in.size || full;) {
      const std::size_t before = to.size();
      to.resize(before + piece_bytes);
      ZSTD_outBuffer out{to.data() + before, piece_bytes, 0};
      const std::size_t left = ZSTD_decompressStream(stream_, &out, &in);
      to.resize(before + out.pos);
      if (ZSTD_isError(left) != 0)
        return fail("broken_log", std::string("this is no Zstandard any more: ") + ZSTD_getErrorName(left));
      if (out.pos > 0 || in.pos > 0) complete_ = left == 0;
      full = out.pos == piece_bytes;
    }
    packed.clear();
    return {};
  }
  bool complete() const override { return complete_; }

 private:
  ZSTD_DStream* stream_;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<LogReader::Unpacker> LogReader::Unpacker::find(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1f\x8b")) return std::make_unique<Gzip>();
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd")) return std::make_unique<Zstandard>();
  return nullptr;
}

}  // namespace shopbell
