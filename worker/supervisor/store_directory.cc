#include "worker/supervisor/store_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"
#include "worker/wire/descendants.h"

namespace mote::worker {
namespace {

namespace fs = std::filesystem;

constexpr int kWorkersMax = 1000;

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("cannot make the directory ", path, ": ", error.message(), "; choose another by --store-dir"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreDirectory>> StoreDirectory::Open(const std::string& dir) {
  const std::string absolute = fs::absolute(dir).lexically_normal().string();
  MOTE_RETURN_IF_ERROR(MakeDirectory(absolute + "/blobs"));
  MOTE_RETURN_IF_ERROR(MakeDirectory(absolute + "/workers"));
  for (int k = 0; k < kWorkersMax; ++k) {
    const std::string scratch = absl::StrCat(absolute, "/workers/", k);
    const int lock = open((scratch + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
      return absl::FailedPreconditionError(absl::StrCat("cannot write ", scratch, ".lock: ", std::strerror(errno),
                                                        "; choose another directory by --store-dir"));
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
      if (const int killed = wire::KillMarked(kScratchVariable, scratch + "/"); killed > 0) {
        spdlog::warn("ended {} processes that a worker which was killed had left behind in {}", killed, scratch);
      }
      return std::unique_ptr<StoreDirectory>(new StoreDirectory(absolute, scratch, lock));
    }
    close(lock);
  }
  return absl::ResourceExhaustedError(
      absl::StrCat(kWorkersMax, " workers already use ", absolute, "; choose another directory by --store-dir"));
}

StoreDirectory::~StoreDirectory() {
  std::error_code ignored;
  fs::remove_all(scratch_, ignored);
  close(lock_);
}

absl::StatusOr<std::string> StoreDirectory::EmptyScratch(int slot) const {
  const std::string path = absl::StrCat(scratch_, "/slot-", slot);
  std::error_code ignored;
  fs::remove_all(path, ignored);
  MOTE_RETURN_IF_ERROR(MakeDirectory(path));
  return path;
}

}  // namespace mote::worker
