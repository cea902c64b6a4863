#include "coordinator/core/drain.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace mote::coordinator {

void Decide(Transaction& tx, const DrainWorker& command) {
  Worker* worker = tx.state.cluster.Find(command.worker);
  if (worker == nullptr && tx.now < tx.state.reconnect_until) {
    tx.state.cluster.DrainOnJoin(command.worker);
    return tx.Send(Reply{command.call, absl::OkStatus(), {}});
  }
  if (worker == nullptr) {
    absl::Status none =
        absl::NotFoundError(absl::StrCat("no worker \"", command.worker, "\"; `mote workers` lists them"));
    return tx.Send(Reply{command.call, std::move(none), {}});
  }
  worker->drain_asked = true;
  tx.state.cluster.SetDraining(*worker);
  if (worker->session) tx.Send(SendDrain{*worker->session});
  tx.Send(Reply{command.call, absl::OkStatus(), {}});
}

}  // namespace mote::coordinator
