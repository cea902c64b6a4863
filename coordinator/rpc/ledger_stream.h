// One ReadLedger call: entries from the disk, message by message.
//
// Thread-safe. Owns itself: deleted once gRPC is done with the stream.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <optional>

#include "absl/status/status.h"
#include "coordinator/artifacts/disk_threads.h"
#include "coordinator/ledger/ledger_reader.h"
#include "mote/v1/job_service.pb.h"

namespace mote::coordinator {

class LedgerStream : public grpc::ServerWriteReactor<v1::ReadLedgerResponse> {
 public:
  // `disk` outlives every call.
  LedgerStream(LedgerReader reader, bool task_columns, DiskThreads& disk)
      : reader_(std::move(reader)), task_columns_(task_columns), disk_(disk) {}

  // Not OK: the job is not known.
  void Begin(const absl::Status& status);

  void OnWriteDone(bool ok) override;
  void OnDone() override { delete this; }

 private:
  void ReadNext();
  absl::Status Fill();

  LedgerReader reader_;
  const bool task_columns_;
  DiskThreads& disk_;
  v1::ReadLedgerResponse response_;       // of the one write in flight
  std::optional<v1::LedgerEntry> carry_;  // did not fit any more
};

}  // namespace mote::coordinator
