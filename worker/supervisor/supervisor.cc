#include "worker/supervisor/supervisor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/host_port.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "common/version.h"
#include "spdlog/spdlog.h"
#include "worker/supervisor/clock.h"
#include "worker/supervisor/convert.h"
#include "worker/supervisor/hear.h"
#include "worker/wire/monotonic.h"

namespace mote::worker {
namespace {

namespace pb = mote::v1;

constexpr absl::Duration kStepInterval = absl::Milliseconds(100);
// Longer between two steps: this process was stopped, not its engines.
constexpr absl::Duration kStallMin = absl::Seconds(1);
constexpr absl::Duration kGoodbyePatience = absl::Seconds(2);
constexpr size_t kMailboxMax = 4096;
// An engine reads ahead: one slot alone has several transfers under way.
constexpr int kTransferThreadsMin = 4, kTransferThreadsMax = 8;
// Of one blob, to or from the coordinator.
constexpr absl::Duration kCoordinatorBlobTimeout = absl::Seconds(60);
// Engines that die before they are ready so often in a row never will.
constexpr int kStartsFailedMax = 5;

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // The session backs off by itself: the channel must be able to follow.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);  // also how long one attempt may take
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

SessionOptions MakeSessionOptions(const Options& options) {
  SessionOptions session;
  session.slot_count = options.slots;
  session.seed = std::hash<std::string>()(options.name);
  return session;
}

}  // namespace

Supervisor::Supervisor(const Options& options, const StoreDirectory& store, BlobCache& cache, KeptPartials& kept,
                       std::string blob_address)
    : options_(options),
      mailbox_(kMailboxMax),
      channel_(MakeChannel(options.coordinator)),
      stub_(pb::WorkerService::NewStub(channel_)),
      cache_(cache),
      kept_(kept),
      blob_address_(std::move(blob_address)),
      blobs_(channel_, "coordinator", kCoordinatorBlobTimeout, IsLoopback(options.coordinator)),
      locations_(cache),
      session_(MakeSessionOptions(options)),
      log_(options.slots),
      described_(static_cast<size_t>(options.slots)),
      is_described_(static_cast<size_t>(options.slots), false),
      transfers_(std::make_unique<Transfers>(cache, kept, blobs_, peers_,
                                             std::clamp(2 * options.slots, kTransferThreadsMin, kTransferThreadsMax))) {
  SlotOwner& owner = *this;
  for (int slot = 0; slot < options.slots; ++slot) {
    slots_.push_back(std::make_unique<EngineSlot>(slot, options_, store, passes_, log_, mailbox_, owner));
  }
}

// Closing the mailbox first frees every thread that may wait to post.
Supervisor::~Supervisor() {
  mailbox_.Close();
  for (auto& [lease, abandoned] : sending_) *abandoned = true;
  transfers_.reset();
  stream_.reset();
  for (const std::unique_ptr<EngineSlot>& slot : slots_) slot->Shutdown();
}

int Supervisor::Run() {
  spdlog::info("worker {} {}: {} slots, coordinator {}", options_.name, kVersion, options_.slots, options_.coordinator);
  last_step_ = LoopNow();
  while (!exit_code_) {
    Step();
    Flush();
    if (!exit_code_) mailbox_.Run(kStepInterval);
  }
  return *exit_code_;
}

// What one turn of the loop has to say to the coordinator and to an engine goes out at
// once: a message, and a system call, cost more than most of what they carry.
void Supervisor::Flush() {
  if (stream_ != nullptr) stream_->Flush();
  for (const std::unique_ptr<EngineSlot>& slot : slots_) slot->Flush();
}

void Supervisor::Step() {
  const absl::Time now = LoopNow();
  if (drain_requested_.exchange(false)) {
    spdlog::info("draining: what is held is finished and given back");
    Perform(session_.OnDrain(now));
  }
  const bool stalled = now - std::exchange(last_step_, now) > kStallMin;
  for (const std::unique_ptr<EngineSlot>& slot : slots_) {
    if (stalled) slot->ForgiveSilence();
    slot->Tick(now);
  }
  // Hello describes every slot, so every slot must have spoken once. After a stall,
  // what arrived meanwhile is heard first.
  if (all_described_ && !stalled) Perform(session_.OnTick(now));
}

// From the slots ------------------------------------------------------------------

void Supervisor::OnEngineReady(int slot, const mote::engine::v1::Ready& ready) {
  const size_t index = static_cast<size_t>(slot);
  if (!is_described_[index]) {
    described_[index] = ready;
    is_described_[index] = true;
    all_described_ = std::find(is_described_.begin(), is_described_.end(), false) == is_described_.end();
    spdlog::info("slot {}: {}, numeric class {}", slot, ready.device(), ready.numeric_class());
    for (const std::string& note : ready.notes()) spdlog::warn("slot {}: {}", slot, note);
  }
  Perform(session_.OnSlotState(slot, true));
  // The last one to speak starts the session at once, not at the next step.
  if (all_described_) Perform(session_.OnTick(LoopNow()));
}

void Supervisor::OnEngineDown(int slot, int starts_failed, const std::string& why) {
  if (!all_described_ && starts_failed >= kStartsFailedMax) {
    spdlog::error("slot {}: {} engines in a row died at their start; see their messages above", slot, starts_failed);
    exit_code_ = kExitFailed;
    return;
  }
  std::string reason;
  if (starts_failed > 0) reason = absl::StrCat(starts_failed, " engines in a row did not get ready: ", why);
  Perform(session_.OnSlotState(slot, false, std::move(reason)));
}

void Supervisor::OnBlobRequest(int slot, uint64_t engine, const mote::engine::v1::BlobRequest& request) {
  mote::engine::v1::BlobReply reply;
  reply.set_request(request.request());
  const auto digest = Digest::FromRaw(request.digest());
  if (!digest.ok()) {
    reply.set_error(Utf8(std::string(digest.status().message())));
    return slots_[static_cast<size_t>(slot)]->AnswerBlob(engine, reply);
  }
  const std::optional<Location> at = locations_.Find(*digest);
  transfers_->Fetch(
      *digest, at ? at->address : "",
      [this, slot, engine, reply](const absl::StatusOr<int64_t>& network_bytes) mutable {
        if (network_bytes.ok()) {
          reply.set_network_bytes(*network_bytes);
        } else {
          reply.set_error(Utf8(std::string(network_bytes.status().message())));
        }
        mailbox_.Post([this, slot, engine, reply] { slots_[static_cast<size_t>(slot)]->AnswerBlob(engine, reply); });
      });
}

void Supervisor::OnBlockDone(const RunLease& lease, mote::engine::v1::BlockDone done, const SlotTurn& turn) {
  const int64_t received_ns = wire::MonotonicNanoseconds();
  std::optional<Location> missing;
  if (const auto digest = Digest::FromRaw(done.missing()); digest.ok()) missing = locations_.Find(*digest);
  locations_.Forget(lease.lease);
  if (done.cancelled() || !session_.Holds(lease.lease)) return;
  absl::StatusOr<Report> report = FromProto(done, turn, received_ns, LoopNow());
  if (!report.ok()) {
    Failure failure{FaultKind::kEngineCrash, -1, std::string(report.status().message()), "", ""};
    return OnBlockLost(lease, std::move(failure), turn.held);
  }
  // Perhaps for want of space.
  if (report->fault && report->fault->kind == FaultKind::kUnavailable) {
    cache_.MakeRoom();
    if (missing) report->fault->missing = missing->artifact.ToString();
  }
  std::vector<Digest> stored = BlobsToPut(*report);
  for (const std::string& raw : done.stored()) {
    if (const auto digest = Digest::FromRaw(raw); digest.ok()) stored.push_back(*digest);
  }
  if (stored.empty()) return Finish(lease.lease, lease.tree, *std::move(report));
  auto abandoned = std::make_shared<std::atomic<bool>>(false);
  sending_[lease.lease] = abandoned;
  transfers_->Put(std::move(stored), lease.is_volatile, abandoned,
                  [this, number = lease.lease, tree = lease.tree, report = *std::move(report)](Sent sent) {
                    mailbox_.Post([this, number, tree, report, sent] { OnSent(number, tree, report, sent); });
                  });
}

void Supervisor::OnSent(uint64_t lease, PassId tree, Report report, const Sent& sent) {
  sending_.erase(lease);
  report.cost.phase_ns[static_cast<size_t>(Phase::kSend)] += sent.nanoseconds;
  report.cost.network_bytes += sent.bytes;
  if (!sent.status.ok()) {
    report.nodes.clear();
    report.fault = Failure{FaultKind::kUnavailable, -1,
                           absl::StrCat("a result could not be stored: ", std::string(sent.status.message())), "", ""};
  }
  Finish(lease, tree, std::move(report));
}

std::vector<Digest> Supervisor::BlobsToPut(const Report& report) const {
  std::vector<Digest> blobs;
  for (const Node& node : report.nodes) {
    if (!node.artifact || !blob_address_.empty()) continue;
    const auto of_node = kept_.BlobsOf(*node.artifact);
    // Putting what is not there fails, and tells why.
    const std::vector<Digest> put = of_node.ok() ? *of_node : std::vector<Digest>{node.artifact->digest};
    blobs.insert(blobs.end(), put.begin(), put.end());
  }
  return blobs;
}

absl::Status Supervisor::Keep(PassId tree, const Report& report) {
  for (const Node& node : report.nodes) {
    if (node.artifact) MOTE_RETURN_IF_ERROR(kept_.Keep(tree, *node.artifact));
  }
  return absl::OkStatus();
}

// What the coordinator shall hear of, it can have: kept before it is reported.
void Supervisor::Finish(uint64_t lease, PassId tree, Report report) {
  if (!session_.Holds(lease)) return;
  if (!blob_address_.empty()) {
    if (const absl::Status kept = Keep(tree, report); kept.ok()) {
      for (Node& node : report.nodes) node.holder = node.artifact ? options_.name : "";
    } else {
      report.nodes.clear();
      report.fault = Failure{FaultKind::kUnavailable, -1,
                             absl::StrCat("a result could not be kept: ", std::string(kept.message())), "", ""};
    }
  }
  Perform(session_.OnFinished(lease, std::move(report)));
}

void Supervisor::OnBlockLost(const RunLease& lease, Failure failure, absl::Duration slot_time) {
  spdlog::warn("slot {}: {}", lease.slot, failure.message);
  locations_.Forget(lease.lease);
  Report report;
  report.fault = std::move(failure);
  report.slot_time = slot_time;
  report.ended = LoopNow();
  Perform(session_.OnFinished(lease.lease, std::move(report)));
}

// From the stream -----------------------------------------------------------------

void Supervisor::OnResponse(uint64_t stream, const pb::SessionResponse& response) {
  if (stream != stream_number_ || stream_ == nullptr) return;
  const absl::Time now = LoopNow();
  Take(response, now);
  for (const pb::SessionResponse& next : response.more()) Take(next, now);
}

void Supervisor::Take(const pb::SessionResponse& response, absl::Time now) {
  const size_t held = session_.held_count();
  Actions actions = Hear(session_, response, now);
  if (response.has_welcome() && session_.ready()) {
    epoch_ = Epoch{response.welcome().epoch()};
    spdlog::info("connected to {}: epoch {}, {} of {} leases kept", options_.coordinator, epoch_->value,
                 response.welcome().kept_size(), held);
    unreachable_logged_ = false;
  }
  if (response.has_drain()) spdlog::info("the coordinator asks for a drain");
  Perform(std::move(actions));
}

void Supervisor::OnStreamClosed(uint64_t stream, const grpc::Status& status) {
  if (stream != stream_number_ || stream_ == nullptr) return;
  stream_.reset();
  if (status.error_code() == grpc::StatusCode::FAILED_PRECONDITION) {
    spdlog::error("the coordinator at {} refused this worker: {}", options_.coordinator, status.error_message());
    exit_code_ = kExitRefused;
    return;
  }
  if (status.error_code() == grpc::StatusCode::ALREADY_EXISTS) {
    spdlog::error("another worker is called {}: {}; choose another name by --name", options_.name,
                  status.error_message());
    exit_code_ = kExitFailed;
    return;
  }
  // One line per absence, not one per try.
  if (!std::exchange(unreachable_logged_, true)) {
    spdlog::warn("no connection to the coordinator at {}: {}; trying again", options_.coordinator,
                 status.ok() ? "it closed the stream" : status.error_message());
  }
  Perform(session_.OnDisconnected(LoopNow()));
}

// Actions -------------------------------------------------------------------------

void Supervisor::Perform(Actions actions) {
  for (const Action& action : actions) std::visit([this](const auto& what) { Do(what); }, action);
}

void Supervisor::Do(const Connect& action) {
  const uint64_t number = ++stream_number_;
  SessionStream::Listener listener;
  listener.on_message = [this, number](pb::SessionResponse response) {
    mailbox_.Post([this, number, response = std::move(response)] { OnResponse(number, response); });
  };
  listener.on_closed = [this, number](grpc::Status status) {
    mailbox_.Post([this, number, status = std::move(status)] { OnStreamClosed(number, status); });
  };
  stream_ = std::make_unique<SessionStream>(*stub_, HelloMessage(options_, described_, action, blob_address_),
                                            std::move(listener));
}

void Supervisor::Do(const Disconnect& action) {
  spdlog::warn("closing the stream to the coordinator: {}", action.reason);
  if (stream_ != nullptr) stream_->Cancel();
}

void Supervisor::Send(pb::SessionRequest message) {
  if (stream_ != nullptr && !stream_->Send(std::move(message))) stream_->Cancel();
}

void Supervisor::Do(const SendReport& action) { Send(ReportMessage(*action.report, options_.name, LoopNow())); }
void Supervisor::Do(const SendHeartbeat& action) { Send(HeartbeatMessage(action)); }
void Supervisor::Do(const SendSlotState& action) { Send(SlotStateMessage(action)); }
void Supervisor::Do(const SendLog& action) {
  Send(LogMessage(action.read.request, log_.Read(action.read.job, action.read.after)));
}
void Supervisor::Do(const SendDraining&) { Send(DrainingMessage()); }
void Supervisor::Do(const SendGoodbye&) { Send(GoodbyeMessage()); }

void Supervisor::Do(const DefinePass& action) { passes_[action.pass] = DefinePassMessage(action); }

void Supervisor::Do(const ForgetPass& action) {
  passes_.erase(action.pass);
  for (const std::unique_ptr<EngineSlot>& slot : slots_) slot->ForgetPass(action.pass);
}

void Supervisor::Do(const RunLease& action) {
  locations_.Add(action.lease, action.locations);
  slots_[static_cast<size_t>(action.slot)]->Run(action, LoopNow());
}

void Supervisor::Do(const ReleasePartials& action) { kept_.Release(action.tree, action.artifact); }

void Supervisor::Do(const CancelLease& action) {
  locations_.Forget(action.lease);
  slots_[static_cast<size_t>(action.slot)]->Cancel(action.lease, LoopNow());
  if (const auto sending = sending_.find(action.lease); sending != sending_.end()) *sending->second = true;
}

void Supervisor::Do(const ShortenLease& action) {
  spdlog::info("slot {}: is asked to give back what it has not begun of its block", action.slot);
  slots_[static_cast<size_t>(action.slot)]->Shorten(action.lease, action.end);
}

void Supervisor::Do(const Exit&) {
  if (stream_ != nullptr) stream_->Finish(kGoodbyePatience);
  spdlog::info("done");
  exit_code_ = 0;
}

}  // namespace mote::worker
