#include "worker/engine/engine.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "proto/convert/pass_convert.h"
#include "worker/wire/monotonic.h"

namespace mote::engine {
namespace {

namespace pb = mote::engine::v1;

// Exit code after a device fault: nothing more can be computed in this process.
constexpr int kExitDeviceLost = 70;

// Visits without a catch-all: a new kind of work does not compile until handled.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

pb::EngineMessage ToMessage(uint64_t lease, BlockResult result) {
  pb::EngineMessage message;
  pb::BlockDone& done = *message.mutable_block_done();
  done.set_finished_ns(wire::MonotonicNanoseconds());
  done.set_lease(lease);
  done.set_began_ns(result.began_ns);
  done.set_cancelled(result.cancelled);
  if (result.missing) done.set_missing(std::string(result.missing->Raw()));
  if (result.cancelled) return message;
  for (const Node& node : result.nodes) *done.add_nodes() = wire::ToProto(node);
  *done.mutable_cost() = wire::ToProto(result.cost);
  if (result.fault) {
    result.fault->Bound();
    *done.mutable_fault() = wire::ToProto(*result.fault);
  }
  for (const Digest& digest : result.stored) done.add_stored(std::string(digest.Raw()));
  done.set_task_columns(std::move(result.task_columns));
  return message;
}

}  // namespace

absl::Status Engine::Serve(const DeviceDescription& device) {
  pb::EngineMessage hello;
  hello.mutable_ready()->set_device(options_.device);
  hello.mutable_ready()->set_memory_bytes(device.memory_bytes);
  hello.mutable_ready()->set_numeric_class(device.numeric_class);
  for (const std::string& note : device.notes) hello.mutable_ready()->add_notes(note);
  MOTE_RETURN_IF_ERROR(socket_.Send(hello));

  // Never joined: when the supervisor is gone, a task that runs for hours must not
  // keep the process.
  std::thread(&Engine::Compute, this).detach();
  pb::SupervisorMessage message;
  for (;;) {
    MOTE_ASSIGN_OR_RETURN(const bool open, socket_.Receive(&message));
    if (!open || message.has_shutdown()) return absl::OkStatus();
    MOTE_RETURN_IF_ERROR(Handle(message));
  }
}

absl::Status Engine::Handle(const pb::SupervisorMessage& message) {
  switch (message.message_case()) {
    case pb::SupervisorMessage::kDefinePass: {
      MOTE_ASSIGN_OR_RETURN(PassSpec spec, wire::FromProto(message.define_pass().spec()));
      queue_.Push(DefinePass{message.define_pass().pass(), std::move(spec)});
      return absl::OkStatus();
    }
    case pb::SupervisorMessage::kRunBlock: {
      const pb::RunBlock& run = message.run_block();
      MOTE_ASSIGN_OR_RETURN(const Block block, wire::FromProto(run.block()));
      queue_.Push(RunBlock{{run.lease(), run.pass(), block}});
      return absl::OkStatus();
    }
    case pb::SupervisorMessage::kCancelBlock:
      return Cancel(message.cancel_block().lease());
    case pb::SupervisorMessage::kShortenBlock:
      queue_.Shorten(message.shorten_block().lease(), message.shorten_block().end());
      return absl::OkStatus();
    case pb::SupervisorMessage::kDropPass:
      queue_.Push(DropPass{message.drop_pass().pass()});
      return absl::OkStatus();
    case pb::SupervisorMessage::kBlobReply:
      FinishFetch(message.blob_reply());
      return absl::OkStatus();
    case pb::SupervisorMessage::kPing:
      return AnswerPing(message.ping().sequence());
    case pb::SupervisorMessage::kShutdown:
      return absl::OkStatus();
    case pb::SupervisorMessage::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("an empty message: supervisor and engine must be of the same version");
}

absl::Status Engine::AnswerPing(uint64_t sequence) {
  pb::EngineMessage message;
  message.mutable_pong()->set_sequence(sequence);
  return socket_.Send(message);
}

absl::Status Engine::Cancel(uint64_t lease) {
  const bool was_queued = queue_.Cancel(lease);
  fetched_.notify_all();  // a running task may be waiting for a blob
  if (!was_queued) return absl::OkStatus();
  BlockResult cancelled;
  cancelled.cancelled = true;
  return socket_.Send(ToMessage(lease, std::move(cancelled)));
}

void Engine::FinishFetch(const pb::BlobReply& reply) {
  const std::lock_guard<std::mutex> lock(fetch_mutex_);
  const auto found = fetches_.find(reply.request());
  if (found == fetches_.end()) return;  // its task was cancelled
  found->second.done = true;
  if (reply.error().empty()) {
    found->second.network_bytes = reply.network_bytes();
  } else {
    found->second.network_bytes = absl::UnavailableError(reply.error());
  }
  fetched_.notify_all();
}

absl::StatusOr<uint64_t> Engine::Ask(const Digest& digest, bool ahead) {
  pb::EngineMessage message;
  {
    const std::lock_guard<std::mutex> lock(fetch_mutex_);
    message.mutable_blob_request()->set_request(next_request_);
    fetches_[next_request_++] = {.digest = digest, .ahead = ahead};
  }
  const uint64_t request = message.blob_request().request();
  message.mutable_blob_request()->set_digest(std::string(digest.Raw()));
  const absl::Status sent = socket_.Send(message);
  if (sent.ok()) return request;
  const std::lock_guard<std::mutex> lock(fetch_mutex_);
  fetches_.erase(request);
  return sent;
}

uint64_t Engine::Claim(const Digest& digest) {
  const std::lock_guard<std::mutex> lock(fetch_mutex_);
  for (auto& [request, fetch] : fetches_) {
    if (!fetch.ahead || fetch.digest != digest) continue;
    fetch.ahead = false;
    return request;
  }
  return 0;
}

// What cannot be asked for shows once somebody waits for it.
void Engine::FetchAhead(const Digest& digest) { Ask(digest, /*ahead=*/true).IgnoreError(); }

absl::StatusOr<int64_t> Engine::FetchBlob(const Digest& digest) {
  uint64_t request = Claim(digest);
  if (request == 0) {
    MOTE_ASSIGN_OR_RETURN(request, Ask(digest, /*ahead=*/false));
  }
  std::unique_lock<std::mutex> lock(fetch_mutex_);
  Fetch& fetch = fetches_[request];
  // The timeout covers a cancellation whose notification came just before the wait.
  while (!fetch.done && !context_->cancelled()) fetched_.wait_for(lock, std::chrono::milliseconds(50));
  const Fetch answer = fetch;
  fetches_.erase(request);
  if (!answer.done) return absl::CancelledError("the lease was revoked");
  return answer.network_bytes;
}

void Engine::Compute() {
  context_ = std::make_unique<EngineContext>(
      files_, [this](const Digest& digest) { return FetchBlob(digest); }, queue_.cancelled(), options_.shared_dirs,
      [this](const Digest& digest) { FetchAhead(digest); }, options_.scratch_dir);
  passes_ = std::make_unique<PassTable>(library_, options_);
  runner_ = std::make_unique<BlockRunner>(*passes_, *context_, mark_, queue_.end_max());
  for (std::optional<WorkItem> item = queue_.Pop(); item; item = queue_.Pop()) {
    const bool device_lost = std::visit(Overloaded{[this](DefinePass& define) {
                                                     passes_->Define(define.pass, std::move(define.spec));
                                                     return false;
                                                   },
                                                   [this](const DropPass& drop) {
                                                     passes_->Drop(drop.pass);
                                                     return false;
                                                   },
                                                   [this](const RunBlock& block) { return RunOne(block); }},
                                        *item);
    if (device_lost) _exit(kExitDeviceLost);
  }
}

bool Engine::RunOne(const RunBlock& block) {
  BlockResult result = runner_->Run(block.order);
  const bool device_lost = result.fault && result.fault->kind == FaultKind::kDevice;
  const absl::Status sent = socket_.Send(ToMessage(block.order.lease, std::move(result)));
  if (!sent.ok()) {
    std::fprintf(stderr, "mote-engine: a result could not be sent: %s\n", sent.ToString().c_str());
    // A report that does not fit a frame would otherwise leave its lease waiting.
    if (absl::IsInvalidArgument(sent)) {
      BlockResult failed;
      failed.fault = Failure{FaultKind::kApplication, -1, std::string(sent.message()), "", ""};
      return !socket_.Send(ToMessage(block.order.lease, std::move(failed))).ok();
    }
  }
  return device_lost;
}

}  // namespace mote::engine
