#pragma once
// Catch2 as Debian 12 has it (v2), or as everybody else does (v3).

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
