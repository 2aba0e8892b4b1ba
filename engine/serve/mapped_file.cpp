#include "serve/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace shopbell {

void Unmap::operator()(void* at) const { ::munmap(at, bytes); }

Result<MappedFile> map_file(const std::string& path, std::size_t bytes) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  void* mapped = MAP_FAILED;
  if (fd >= 0 && ::ftruncate(fd, static_cast<off_t>(bytes)) == 0) mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (mapped == MAP_FAILED) return fail("io", path + ": " + std::strerror(error));
  return MappedFile(mapped, Unmap{bytes});
}

}  // namespace shopbell
