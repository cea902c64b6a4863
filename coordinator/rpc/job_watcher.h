// One WatchJob stream: writes the newest view of a job, never an older one.
//
// Thread-safe. Owns itself: deleted once gRPC is done with the stream.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <mutex>
#include <optional>

#include "coordinator/rpc/watch_hub.h"

namespace mote::coordinator {

class JobWatcher : public grpc::ServerWriteReactor<v1::Job>, public Watcher {
 public:
  JobWatcher(JobId job, WatchHub& hub);

  void Show(const std::shared_ptr<const v1::Job>& job) override;
  void End(const absl::Status& status) override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Advance();

  const JobId job_;
  WatchHub& hub_;
  std::mutex mutex_;
  std::shared_ptr<const v1::Job> next_;     // guarded by mutex_, as all below
  std::shared_ptr<const v1::Job> writing_;  // of the one write in flight
  std::optional<absl::Status> end_;
  bool finished_ = false;
};

}  // namespace mote::coordinator
