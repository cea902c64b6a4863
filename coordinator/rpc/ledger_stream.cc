#include "coordinator/rpc/ledger_stream.h"

#include <utility>

#include "common/status_macros.h"
#include "coordinator/rpc/grpc_status.h"

namespace mote::coordinator {
namespace {

// An entry with the columns of a large block has up to 160 KiB.
constexpr size_t kMessageBytes = 256 << 10;

}  // namespace

void LedgerStream::Begin(const absl::Status& status) {
  if (!status.ok()) return Finish(ToGrpc(status));
  ReadNext();
}

void LedgerStream::OnWriteDone(bool ok) {
  if (!ok) return Finish(ToGrpc(absl::CancelledError("the client went away")));
  ReadNext();
}

void LedgerStream::ReadNext() {
  const absl::Status posted = disk_.Post([this] {
    const absl::Status filled = Fill();
    if (response_.entries().empty()) return Finish(ToGrpc(filled));
    // What came before the damage is sent first: reading on says it again.
    StartWrite(&response_);
  });
  if (!posted.ok()) Finish(ToGrpc(posted));
}

absl::Status LedgerStream::Fill() {
  response_.Clear();
  size_t bytes = 0;
  if (carry_) {
    bytes = carry_->ByteSizeLong();
    *response_.add_entries() = *std::exchange(carry_, std::nullopt);
  }
  while (bytes < kMessageBytes) {
    MOTE_ASSIGN_OR_RETURN(std::optional<v1::LedgerEntry> entry, reader_.Next());
    if (!entry) return absl::OkStatus();
    if (!task_columns_) entry->clear_task_columns();
    const size_t size = entry->ByteSizeLong();
    if (bytes > 0 && bytes + size > kMessageBytes) {
      carry_ = std::move(entry);
      return absl::OkStatus();
    }
    bytes += size;
    *response_.add_entries() = *std::move(entry);
  }
  return absl::OkStatus();
}

}  // namespace mote::coordinator
