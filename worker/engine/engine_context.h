// What kernels see of the world, and what a block used of it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/cost.h"
#include "common/digest.h"
#include "common/files/blob_files.h"
#include "worker/engine/kernel.h"
#include "worker/engine/read_ahead.h"
#include "worker/engine/scratch.h"
#include "worker/engine/shared_files.h"

namespace mote::engine {

// Makes a blob appear in the store directory; returns the bytes that came over the
// network. Unavailable: it cannot be had now.
using BlobFetch = std::function<absl::StatusOr<int64_t>(const Digest&)>;

// Begins to make a blob appear, for a BlobFetch that will ask for it and may then find it
// there. Never waits.
using BlobFetchAhead = std::function<void(const Digest&)>;

// One per engine. Not thread-safe: used from the compute thread, except for the
// flag that `cancelled` points to.
class EngineContext : public TaskContext, public ReadAhead, public Scratch, private BlobSink {
 public:
  // `files` and `cancelled` must outlive the context. `scratch_dir`: empty: there is none.
  EngineContext(BlobFiles& files, BlobFetch fetch, const std::atomic<bool>& cancelled,
                std::vector<std::string> shared_dirs = {}, BlobFetchAhead fetch_ahead = nullptr,
                std::string scratch_dir = {})
      : files_(files),
        fetch_(std::move(fetch)),
        fetch_ahead_(std::move(fetch_ahead)),
        cancelled_(cancelled),
        shared_(std::move(shared_dirs)),
        scratch_dir_(std::move(scratch_dir)) {}

  absl::StatusOr<std::string_view> Read(const Digest& digest, std::shared_ptr<const void>* keep) override;
  void Expect(const Digest& digest) override;
  absl::StatusOr<SharedFile> FindShared(const std::string& path) override { return shared_.Find(path); }
  absl::Status ReadShared(const SharedFile& file, int64_t offset, int64_t length, std::string* bytes) override;
  absl::StatusOr<Scratched> Put(std::string_view bytes) override;
  BlobSink& blobs() override { return *this; }
  // Where large partials go: the worker keeps them, so they are not among the stored.
  BlobSink& partials() { return partials_; }
  bool cancelled() const override { return cancelled_.load(std::memory_order_relaxed); }
  void AddPhase(Phase phase, int64_t nanoseconds) override;
  void AddStagedBytes(int64_t bytes) override { cost_.staged_bytes += bytes; }

  // Starts the account of a block: cost and stored blobs are empty again.
  void BeginBlock();
  // Time of all phases that were added since BeginBlock.
  int64_t phase_ns() const { return phase_ns_; }
  Cost& cost() { return cost_; }
  // Not OK once storing a blob failed in this block (a full disk): its results
  // would refer to bytes that do not exist.
  const absl::Status& store_status() const { return store_status_; }
  std::vector<Digest> TakeStored() { return std::move(stored_); }
  bool has_stored() const { return !stored_.empty(); }
  // The last blob that was asked for in this block and could not be had: nobody has it. (One
  // that is here and cannot be opened is no reason to think so.)
  const std::optional<Digest>& missing() const { return missing_; }

 private:
  struct Recent {
    Digest digest;
    std::shared_ptr<const FileBytes> blob;
  };

  // Writes without listing.
  class Partials final : public BlobSink {
   public:
    explicit Partials(EngineContext& context) : context_(context) {}
    Digest Store(std::string bytes) override { return context_.Write(bytes); }

   private:
    EngineContext& context_;
  };

  Digest Store(std::string bytes) override;
  Digest Write(const std::string& bytes);
  absl::StatusOr<std::shared_ptr<const FileBytes>> Open(const Digest& digest);
  absl::Status Fetch(const Digest& digest, bool damaged);
  bool IsIntact(const Digest& digest, std::string_view bytes);
  void Trust(const Digest& digest);

  BlobFiles& files_;
  const BlobFetch fetch_;
  const BlobFetchAhead fetch_ahead_;  // nullptr: nothing is read ahead
  const std::atomic<bool>& cancelled_;
  SharedFiles shared_;
  const std::string scratch_dir_;
  Cost cost_;
  int64_t phase_ns_ = 0;
  absl::Status store_status_;
  std::vector<Digest> stored_;
  std::optional<Digest> missing_;
  std::set<Digest> verified_;     // blobs whose files had the right bytes, or that the supervisor has just verified
  std::vector<Digest> expected_;  // being fetched ahead, or there by now; oldest first
  Partials partials_{*this};
  // Blobs that were read last stay mapped: tasks read neighbouring rows.
  std::array<Recent, 16> recent_;
  size_t next_recent_ = 0;
};

}  // namespace mote::engine
