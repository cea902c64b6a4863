// A file system of a few megabytes, mounted for a test: what a full disk does, for real.
#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace mote::testing {

// A tmpfs on a directory that exists; unmounted when destroyed. Needs the right to
// mount: ask mounted(), and skip the test with why_not() where it is missing.
class SmallDisk {
 public:
  SmallDisk(std::string path, int megabytes) : path_(std::move(path)) {
    const std::string size = "size=" + std::to_string(megabytes) + "m";
    mounted_ = ::mount("none", path_.c_str(), "tmpfs", 0, size.c_str()) == 0;
    if (!mounted_) why_not_ = std::string("mounting a tmpfs is not permitted here: ") + std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& why_not() const { return why_not_; }
  const std::string& path() const { return path_; }

  // Takes away all that is free but for so many bytes.
  void FillUpTo(int64_t free_bytes) {
    const auto space = static_cast<int64_t>(std::filesystem::space(path_).available);
    std::ofstream(path_ + "/ballast", std::ios::binary) << std::string(static_cast<size_t>(space - free_bytes), 'x');
  }
  void Empty() { std::filesystem::remove(path_ + "/ballast"); }

 private:
  const std::string path_;
  bool mounted_ = false;
  std::string why_not_;
};

}  // namespace mote::testing
