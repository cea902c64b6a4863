#include "client/embedded/state_dir.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::string> MakeTemporary() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("there is no directory for temporary files: ", error.message(), "; set TMPDIR or --state-dir"));
  }
  std::string name = (parent / "mote-run-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat("no directory can be made in '", parent.string(),
                                               "': ", std::strerror(errno), "; set TMPDIR or --state-dir"));
  }
  return name;
}

}  // namespace

absl::StatusOr<StateDir> StateDir::Open(const std::string& given) {
  std::string path = given;
  if (given.empty()) {
    MOTE_ASSIGN_OR_RETURN(path, MakeTemporary());
  }
  StateDir dir(fs::absolute(path).lexically_normal().string(), given.empty());
  for (const char* folder : {"coordinator", "workers", "logs"}) {
    std::error_code error;
    fs::create_directories(fs::path(dir.path_) / folder, error);
    if (error) {
      return absl::UnavailableError(absl::StrCat("the state directory '", dir.path_, "' cannot be used: ",
                                                 error.message(), "; name another with --state-dir"));
    }
  }
  return dir;
}

StateDir::StateDir(StateDir&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}

StateDir::~StateDir() {
  std::error_code ignored;
  if (temporary_) fs::remove_all(path_, ignored);
}

std::string StateDir::Log(const std::string& name) const {
  return (fs::path(path_) / "logs" / absl::StrCat(name, ".log")).string();
}

}  // namespace mote::client
