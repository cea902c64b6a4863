#include "worker/session/session.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/planted.h"

namespace mote::worker {
namespace {

int64_t Bytes(const Report& report) {
  auto bytes = static_cast<int64_t>(report.task_columns.size());
  for (const Node& node : report.nodes) bytes += node.partial ? static_cast<int64_t>(node.partial->size()) : 0;
  return bytes;
}

}  // namespace

Session::Session(SessionOptions options)
    : options_(options),
      backoff_(options.backoff_first, options.backoff_longest, options.seed),
      slots_(static_cast<size_t>(options.slot_count)) {}

Session::Leases::iterator Session::Find(const LeaseToken& token) {
  const auto found = tokens_.find(token);
  return found == tokens_.end() ? leases_.end() : leases_.find(found->second);
}

void Session::Forget(Leases::iterator lease) {
  if (lease->second.report != nullptr) unacknowledged_bytes_ -= Bytes(*lease->second.report);
  tokens_.erase(lease->second.token);
  leases_.erase(lease);
}

std::vector<uint64_t> Session::unacknowledged() const {
  std::vector<uint64_t> leases;
  for (const auto& [number, lease] : leases_) {
    if (lease.report != nullptr) leases.push_back(number);
  }
  return leases;
}

void Session::Drop(Leases::iterator lease, Actions& actions) {
  if (lease->second.report == nullptr) actions.push_back(CancelLease{lease->first, lease->second.slot});
  Forget(lease);
}

Actions Session::OnWelcome(const Welcome& welcome, absl::Time now) {
  Actions actions;
  state_ = State::kReady;
  backoff_.Reset();
  heard_ = now;
  if (welcome.heartbeat_interval > absl::ZeroDuration()) heartbeat_interval_ = welcome.heartbeat_interval;
  next_heartbeat_ = now;
  for (const PassId pass : welcome.released) {
    if (holding_.erase(pass) > 0) actions.push_back(ReleasePartials{pass, std::nullopt});
  }
  Rename(welcome.kept, actions);
  KeepPasses(actions);
  for (const auto& [number, lease] : leases_) {
    if (lease.report != nullptr && !MOTE_PLANTED(kReportNotResent)) actions.push_back(SendReport{lease.report});
  }
  if (draining_) actions.push_back(SendDraining{});
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].ready || draining_) continue;
    actions.push_back(SendSlotState{static_cast<int>(slot), false, slots_[slot].reason});
  }
  FinishDrain(now, actions);
  return actions;
}

// Gives kept leases their new tokens and drops the others.
void Session::Rename(const std::vector<Welcome::Kept>& kept, Actions& actions) {
  std::map<uint64_t, LeaseToken> renamed;
  for (const auto& [held, token] : kept) {
    if (const auto lease = Find(held); lease != leases_.end()) renamed.emplace(lease->first, token);
  }
  for (auto lease = leases_.begin(); lease != leases_.end();) {
    const auto at = lease++;
    if (!renamed.contains(at->first)) Drop(at, actions);
  }
  tokens_.clear();
  for (auto& [number, lease] : leases_) {
    lease.token = renamed.at(number);
    // A new copy: an older one may still be waiting in a writer's queue.
    if (lease.report != nullptr) {
      lease.report = std::make_shared<Report>(*lease.report);
      lease.report->token = lease.token;
    }
    tokens_.emplace(lease.token, number);
  }
}

// Passes are defined anew on every stream: only those of kept leases stay.
void Session::KeepPasses(Actions& actions) {
  std::set<uint64_t> forgotten;
  for (const auto& [id, number] : passes_) forgotten.insert(number);
  passes_.clear();
  for (const auto& [number, lease] : leases_) {
    passes_.emplace(lease.token.pass, lease.pass);
    forgotten.erase(lease.pass);
  }
  for (const uint64_t pass : forgotten) actions.push_back(ForgetPass{pass});
}

Actions Session::Refuse(std::string reason) {
  disconnecting_ = true;
  return {Disconnect{std::move(reason)}};
}

Actions Session::OnLease(Lease lease, absl::Time now) {
  heard_ = now;
  if (state_ != State::kReady || Find(lease.token) != leases_.end()) return {};
  if (lease.slot < 0 || lease.slot >= options_.slot_count) {
    return Refuse(absl::StrCat("a lease names slot ", lease.slot, ", this worker has ", options_.slot_count));
  }
  Actions actions;
  auto pass = passes_.find(lease.token.pass);
  if (pass == passes_.end()) {
    if (!lease.pass) {
      return Refuse(absl::StrCat("a lease names pass ", lease.token.pass.value, ", which was not defined"));
    }
    pass = passes_.emplace(lease.token.pass, ++last_pass_).first;
    actions.push_back(DefinePass{pass->second, *std::move(lease.pass)});
  }
  const PassId tree = lease.tree == PassId{} ? lease.token.pass : lease.tree;
  const uint64_t number = ++last_lease_;
  leases_.emplace(number, HeldLease{lease.token, pass->second, lease.slot, tree, nullptr});
  tokens_.emplace(lease.token, number);
  actions.push_back(RunLease{number, pass->second, lease.slot, lease.token.job, lease.token.block, lease.task_timeout,
                             lease.is_volatile, tree, std::move(lease.locations)});
  return actions;
}

Actions Session::OnAck(const LeaseToken& token, absl::Time now) {
  heard_ = now;
  Actions actions;
  // An Ack of a lease that still runs: a report that was sent under an older token.
  if (const auto lease = Find(token); lease != leases_.end()) Drop(lease, actions);
  FinishDrain(now, actions);
  return actions;
}

Actions Session::OnRevoke(const LeaseToken& token, absl::Time now) {
  heard_ = now;
  Actions actions;
  if (const auto lease = Find(token); lease != leases_.end()) Drop(lease, actions);
  FinishDrain(now, actions);
  return actions;
}

Actions Session::OnShorten(const LeaseToken& token, int64_t end, absl::Time now) {
  heard_ = now;
  const auto lease = Find(token);
  if (lease == leases_.end() || lease->second.report != nullptr) return {};
  return {ShortenLease{lease->first, lease->second.slot, end}};
}

// Leases of the pass end, and so do tasks that fold its tree.
Actions Session::OnDropPass(PassId pass, absl::Time now) {
  heard_ = now;
  Actions actions;
  for (auto lease = leases_.begin(); lease != leases_.end();) {
    const auto at = lease++;
    if (at->second.token.pass == pass || at->second.tree == pass) Drop(at, actions);
  }
  if (holding_.erase(pass) > 0) actions.push_back(ReleasePartials{pass, std::nullopt});
  if (const auto found = passes_.find(pass); found != passes_.end()) {
    actions.push_back(ForgetPass{found->second});
    passes_.erase(found);
  }
  FinishDrain(now, actions);
  return actions;
}

Actions Session::OnReleasePartial(PassId tree, const ArtifactRef& artifact, absl::Time now) {
  heard_ = now;
  if (!holding_.contains(tree)) return {};
  return {ReleasePartials{tree, artifact}};
}

Actions Session::OnHeartbeatAck(absl::Duration interval, absl::Time now) {
  heard_ = now;
  if (interval > absl::ZeroDuration() && interval != heartbeat_interval_) {
    heartbeat_interval_ = interval;
    next_heartbeat_ = now + interval;
  }
  return {};
}

Actions Session::OnReadLog(const ReadLog& read, absl::Time now) {
  heard_ = now;
  if (!ready()) return {};
  return {SendLog{read}};
}

Actions Session::OnDrain(absl::Time now) {
  Actions actions;
  if (draining_) return actions;
  draining_ = true;
  drain_deadline_ = now + options_.drain_patience;
  if (ready()) actions.push_back(SendDraining{});
  FinishDrain(now, actions);
  return actions;
}

bool Session::AnyRunning() const {
  return std::any_of(leases_.begin(), leases_.end(), [](const auto& entry) { return entry.second.report == nullptr; });
}

// A draining worker leaves once no lease is held, and nothing is kept that others need.
// It waits for a coordinator that is away to take the finished reports, and for others to
// take over what is kept: neither for ever.
void Session::FinishDrain(absl::Time now, Actions& actions) {
  if (!draining_ || said_goodbye_) return;
  const bool given_up = !ready() && !AnyRunning() && now >= drain_deadline_;
  if (!leases_.empty() && !given_up) return;
  if (ready() && !holding_.empty()) {
    hand_over_deadline_ = std::min(hand_over_deadline_, now + options_.drain_patience);
    if (now < hand_over_deadline_) return;
  }
  said_goodbye_ = true;
  if (ready()) actions.push_back(SendGoodbye{});
  actions.push_back(Exit{});
}

Actions Session::OnDisconnected(absl::Time now) {
  Actions actions;
  state_ = State::kDisconnected;
  disconnecting_ = false;
  next_connect_ = now + backoff_.Next();
  FinishDrain(now, actions);
  return actions;
}

Actions Session::OnFinished(uint64_t number, Report report) {
  const auto lease = leases_.find(number);
  if (lease == leases_.end() || lease->second.report != nullptr) return {};
  report.token = lease->second.token;
  unacknowledged_bytes_ += Bytes(report);
  const bool keeps =
      std::any_of(report.nodes.begin(), report.nodes.end(), [](const Node& node) { return !node.holder.empty(); });
  if (keeps) holding_.insert(lease->second.tree);
  lease->second.report = std::make_shared<Report>(std::move(report));
  Actions actions;
  if (ready()) actions.push_back(SendReport{lease->second.report});
  Bound();
  return actions;
}

void Session::Bound() {
  for (auto lease = leases_.begin(); lease != leases_.end();) {
    if (unacknowledged_bytes_ <= options_.unacknowledged_bytes_max) return;
    const auto at = lease++;
    if (at->second.report == nullptr) continue;
    Forget(at);
    ++dropped_reports_;
  }
}

Actions Session::OnSlotState(int slot, bool slot_ready, std::string reason) {
  SlotState state{slot_ready, std::move(reason)};
  SlotState& known = slots_.at(static_cast<size_t>(slot));
  if (known == state) return {};
  known = std::move(state);
  if (!ready() || draining_) return {};
  return {SendSlotState{slot, known.ready, known.reason}};
}

Actions Session::OnTick(absl::Time now) {
  Actions actions;
  FinishDrain(now, actions);
  if (said_goodbye_) return actions;
  if (state_ == State::kDisconnected) {
    if (now < next_connect_) return actions;
    state_ = State::kConnecting;
    heard_ = now;
    Connect connect;
    for (const auto& [number, lease] : leases_) connect.held.push_back(lease.token);
    connect.holding.assign(holding_.begin(), holding_.end());
    actions.push_back(std::move(connect));
    return actions;
  }
  if (!disconnecting_ && now - heard_ >= silence_max()) {
    return Refuse(absl::StrCat("the coordinator was silent for ", absl::FormatDuration(now - heard_)));
  }
  if (ready() && now >= next_heartbeat_) {
    next_heartbeat_ = now + heartbeat_interval_;
    actions.push_back(SendHeartbeat{++heartbeats_});
  }
  return actions;
}

absl::Time Session::NextTick() const {
  absl::Time next = draining_ && !ready() && !AnyRunning() ? drain_deadline_ : absl::InfiniteFuture();
  next = std::min(next, hand_over_deadline_);
  if (state_ == State::kDisconnected) return std::min(next, next_connect_);
  if (!disconnecting_) next = std::min(next, heard_ + silence_max());
  return ready() ? std::min(next, next_heartbeat_) : next;
}

}  // namespace mote::worker
