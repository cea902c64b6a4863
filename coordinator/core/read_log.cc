#include "coordinator/core/read_log.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace mote::coordinator {
namespace {

// A worker reads what it keeps in memory.
constexpr absl::Duration kPatience = absl::Seconds(5);

}  // namespace

void Decide(Transaction& tx, const ReadLog& command) {
  const auto refuse = [&](absl::Status status) { tx.Send(Reply{command.call, std::move(status), {}}); };
  const Worker* worker = tx.state.cluster.Find(command.worker);
  if (worker == nullptr) {
    return refuse(absl::NotFoundError(absl::StrCat("no worker \"", command.worker, "\"; `mote workers` lists them")));
  }
  if (!worker->session) {
    return refuse(absl::UnavailableError(
        absl::StrCat("worker ", command.worker, " is away; its log can be read when it is back")));
  }
  const std::optional<uint64_t> request = tx.state.log_reads.Add(command.call, *worker->session, tx.now + kPatience);
  if (!request) {
    return refuse(absl::ResourceExhaustedError(
        absl::StrCat(LogReads::kReadsMax, " questions for logs wait for their workers already; ask again later")));
  }
  tx.Send(SendReadLog{*worker->session, *request, command.job, command.after});
}

void Decide(Transaction& tx, const WorkerLog& answer) {
  Worker* worker = tx.state.cluster.FindSession(answer.session);
  if (worker == nullptr) return;
  worker->last_heard = tx.now;
  const std::optional<CallId> call = tx.state.log_reads.Take(answer.request, answer.session);
  if (call) tx.Send(Reply{*call, absl::OkStatus(), answer.chunk});
}

void FailLogReads(Transaction& tx, SessionId session) {
  for (const CallId call : tx.state.log_reads.TakeAllOf(session)) {
    tx.Send(Reply{call, absl::UnavailableError("the worker went away before it answered; ask again"), {}});
  }
}

void ExpireLogReads(Transaction& tx) {
  for (const CallId call : tx.state.log_reads.TakeOverdue(tx.now)) {
    tx.Send(Reply{call,
                  absl::DeadlineExceededError(absl::StrCat("the worker did not answer within ",
                                                           absl::FormatDuration(kPatience), "; ask again")),
                  {}});
  }
}

}  // namespace mote::coordinator
