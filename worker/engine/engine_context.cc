#include "worker/engine/engine_context.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/files/file_bytes.h"
#include "common/files/posix_file.h"
#include "common/status_macros.h"
#include "worker/wire/monotonic.h"

namespace mote::engine {
namespace {

// A blob may be evicted between its arrival and its opening; then it is fetched again.
constexpr int kFetchesMax = 3;
// More than any reader reads ahead.
constexpr size_t kExpectedMax = 8;
// Names of 400 GiB of full blobs.
constexpr size_t kVerifiedMax = 100'000;

// Of a write into the store directory. Another worker may have room: the task is not
// to blame, nor is memory short.
absl::Status AsUnavailable(const absl::Status& status, const std::string& dir) {
  if (status.ok()) return status;
  const char* what = absl::IsResourceExhausted(status) ? "is full" : "cannot be written";
  return absl::UnavailableError(absl::StrCat("the worker's store directory \"", dir, "\" ", what, ": ",
                                             std::string(status.message()),
                                             "; free space there, or start the worker with another --store-dir"));
}

// The cause is the damage, not that nobody else has the blob.
absl::Status NotFetchedAgain(const std::string& path, const absl::Status& status) {
  return absl::UnavailableError(absl::StrCat("the file ", path,
                                             " did not hold the bytes of its name, and could not be fetched again (",
                                             std::string(status.message()), "); check the disk"));
}

}  // namespace

absl::StatusOr<std::string_view> EngineContext::Read(const Digest& digest, std::shared_ptr<const void>* keep) {
  for (const Recent& recent : recent_) {
    if (recent.blob != nullptr && recent.digest == digest) {
      *keep = recent.blob;
      return recent.blob->bytes();
    }
  }
  const int64_t started = wire::MonotonicNanoseconds();
  auto blob = Open(digest);
  AddPhase(Phase::kFetch, wire::MonotonicNanoseconds() - started);
  if (!blob.ok()) return std::move(blob).status();
  recent_[next_recent_] = {digest, *blob};
  next_recent_ = (next_recent_ + 1) % recent_.size();
  *keep = *blob;
  return (*blob)->bytes();
}

// A disk may have changed the file since it was written: hashed once an engine.
bool EngineContext::IsIntact(const Digest& digest, std::string_view bytes) {
  if (verified_.contains(digest)) return true;
  if (Sha256(bytes) != digest) return false;
  Trust(digest);
  return true;
}

void EngineContext::Trust(const Digest& digest) {
  if (verified_.size() >= kVerifiedMax) verified_.clear();
  verified_.insert(digest);
}

void EngineContext::Expect(const Digest& digest) {
  if (fetch_ahead_ == nullptr || files_.Has(digest)) return;
  if (std::find(expected_.begin(), expected_.end(), digest) != expected_.end()) return;
  // Full of what nobody read after all: it has arrived long since, and is counted now.
  if (expected_.size() >= kExpectedMax) Fetch(expected_.front(), /*damaged=*/false).IgnoreError();
  expected_.push_back(digest);
  fetch_ahead_(digest);
}

absl::Status EngineContext::Fetch(const Digest& digest, bool damaged) {
  expected_.erase(std::remove(expected_.begin(), expected_.end(), digest), expected_.end());
  const absl::StatusOr<int64_t> network_bytes = fetch_(digest);
  if (!network_bytes.ok()) {
    if (absl::IsUnavailable(network_bytes.status())) missing_ = digest;
    return network_bytes.status();
  }
  cost_.network_bytes += *network_bytes;
  // The supervisor hashed what came over the network. A disk that damages what is
  // written to it is looked at closer.
  if (*network_bytes > 0 && !damaged) Trust(digest);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const FileBytes>> EngineContext::Open(const Digest& digest) {
  bool damaged = false;
  if (std::find(expected_.begin(), expected_.end(), digest) != expected_.end()) {
    MOTE_RETURN_IF_ERROR(Fetch(digest, damaged));
  }
  for (int fetches = 0;; ++fetches) {
    auto blob = files_.Map(digest);
    if (blob.ok() && !IsIntact(digest, (*blob)->bytes())) {
      if (damaged) {
        return absl::UnavailableError(
            absl::StrCat("the file ", files_.Path(digest),
                         " does not hold the bytes of its name, also after it was fetched again; check the disk"));
      }
      damaged = true;
      MOTE_RETURN_IF_ERROR(files_.Remove(digest));
      blob = absl::NotFoundError("removed: damaged");
    }
    if (blob.ok()) {
      // The time of last use, by which the supervisor evicts.
      utimensat(AT_FDCWD, files_.Path(digest).c_str(), nullptr, 0);
      return blob;
    }
    if (!absl::IsNotFound(blob.status()) || fetches == kFetchesMax) {
      return absl::UnavailableError(
          absl::StrCat("blob ", digest.Hex(), " cannot be read: ", std::string(blob.status().message())));
    }
    const absl::Status fetched = Fetch(digest, damaged);
    if (!fetched.ok() && damaged) return NotFetchedAgain(files_.Path(digest), fetched);
    MOTE_RETURN_IF_ERROR(fetched);
  }
}

absl::Status EngineContext::ReadShared(const SharedFile& file, int64_t offset, int64_t length, std::string* bytes) {
  const int64_t started = wire::MonotonicNanoseconds();
  const absl::Status status = shared_.Read(file, offset, length, bytes);
  AddPhase(Phase::kFetch, wire::MonotonicNanoseconds() - started);
  if (status.ok()) cost_.network_bytes += length;
  return status;
}

absl::StatusOr<Scratched> EngineContext::Put(std::string_view bytes) {
  const int64_t started = wire::MonotonicNanoseconds();
  if (scratch_dir_.empty()) return absl::FailedPreconditionError("this engine has no scratch directory");
  const std::string path = absl::StrCat(scratch_dir_, "/rows");
  const auto put = [&]() -> absl::StatusOr<std::shared_ptr<const FileBytes>> {
    MOTE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenFile(path, O_CREAT | O_EXCL | O_WRONLY, 0600));
    // Gone with its last mapping, also when the engine crashes.
    const absl::Cleanup unlink = [&] { ::unlink(path.c_str()); };
    MOTE_RETURN_IF_ERROR(WriteAll(file, bytes, path));
    return MapFile(path);
  };
  const absl::StatusOr<std::shared_ptr<const FileBytes>> blob = put();
  AddPhase(Phase::kDecode, wire::MonotonicNanoseconds() - started);
  if (!blob.ok()) return AsUnavailable(blob.status(), scratch_dir_);
  return Scratched{*blob, (*blob)->bytes()};
}

Digest EngineContext::Store(std::string bytes) {
  const Digest digest = Write(bytes);
  if (std::find(stored_.begin(), stored_.end(), digest) == stored_.end()) stored_.push_back(digest);
  return digest;
}

Digest EngineContext::Write(const std::string& bytes) {
  const int64_t started = wire::MonotonicNanoseconds();
  const Digest digest = Sha256(bytes);
  if (store_status_.ok()) {
    store_status_ = AsUnavailable(files_.Write(digest, bytes, /*durable=*/false), files_.dir());
  }
  if (store_status_.ok()) verified_.insert(digest);
  AddPhase(Phase::kEncode, wire::MonotonicNanoseconds() - started);
  return digest;
}

void EngineContext::AddPhase(Phase phase, int64_t nanoseconds) {
  cost_.phase_ns[static_cast<size_t>(phase)] += nanoseconds;
  phase_ns_ += nanoseconds;
}

void EngineContext::BeginBlock() {
  cost_ = Cost();
  phase_ns_ = 0;
  store_status_ = absl::OkStatus();
  stored_.clear();
  missing_.reset();
}

}  // namespace mote::engine
