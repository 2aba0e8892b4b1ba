// starter FILE: trains the built-in ear from workflows/intents/. The build runs it; it is no part of what is installed.

#include "teach/lessons.h"

#include <cstdio>
#include <fstream>

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: starter FILE\n", stderr), 2;
  const auto ear = shopbell::Ear::train(shopbell::built_in_lessons());
  if (!ear) return std::fprintf(stderr, "starter: %s\n", ear.error().message.c_str()), 1;
  const std::string bytes = ear->write();
  std::ofstream file(argv[1], std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file ? 0 : 1;
}
