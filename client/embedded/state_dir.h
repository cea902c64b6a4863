// The state directory of an embedded cluster: given, or temporary.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace mote::client {

// A temporary directory is removed at the end unless Keep() was called. Not
// thread-safe.
class StateDir {
 public:
  // `given` empty: a fresh directory under $TMPDIR (else /tmp). Makes the folders
  // coordinator/, workers/ and logs/ in it.
  //
  // Unavailable: it cannot be made or written.
  static absl::StatusOr<StateDir> Open(const std::string& given);

  StateDir(StateDir&& other) noexcept;
  StateDir& operator=(StateDir&&) = delete;
  ~StateDir();

  const std::string& path() const { return path_; }
  std::string Log(const std::string& name) const;
  bool is_temporary() const { return temporary_; }
  void Keep() { temporary_ = false; }

 private:
  StateDir(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}

  std::string path_;
  bool temporary_;
};

}  // namespace mote::client
