// `--journal none`: jobs are lost when the coordinator ends (promise P2 is
// disclaimed). Only the epoch is kept, in a file: without it a worker's lease from
// before a restart could pass for one from after it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/ids.h"
#include "coordinator/journal/journal.h"

namespace mote::coordinator {

// Not thread-safe: one thread at a time.
class NullJournal : public Journal {
 public:
  explicit NullJournal(std::string epoch_path) : epoch_path_(std::move(epoch_path)) {}

  absl::Status Append(const std::vector<Event>& events) override;
  using Journal::Replay;
  // The last EpochStarted, if there was one.
  absl::Status Replay(int64_t first, int64_t count, const std::function<absl::Status(const Event&)>& apply) override;
  // Nothing is kept that a snapshot could replace.
  absl::Status Replace(int64_t, const std::vector<Event>&) override { return absl::OkStatus(); }
  JournalSize size() const override;
  bool durable() const override { return false; }

 private:
  absl::Status KeepEpoch(Epoch epoch) const;

  const std::string epoch_path_;
};

}  // namespace mote::coordinator
