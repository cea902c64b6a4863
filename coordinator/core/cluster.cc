#include "coordinator/core/cluster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mote::coordinator {
namespace {

OpenSlot KeyOf(const Worker& worker, int slot) {
  const Slot& s = worker.slots[slot];
  return {s.leases, s.turn, worker.name, slot};
}

std::optional<int> ByteStepOf(const Worker& worker) {
  if (!worker.second_a_byte.is_measured()) return std::nullopt;
  return ByteStep(worker.second_a_byte.ratio());
}

}  // namespace

SlotKind Cluster::KindOf(const Worker& worker, const Slot& slot) const {
  SlotKind kind{
      worker.allow_commands,          worker.reads_shared, worker.allow_test_operations, slot.health.on_probation(),
      SlownessStep(slot.slowness),    std::nullopt,        slot.numeric_class,           slot.device,
      slot.memory_bytes / kMemoryStep};
  kind.byte_step = ByteStepOf(worker);
  for (const auto& [key, jobs] : told_label_keys_) {
    if (const auto label = worker.labels.find(key); label != worker.labels.end()) {
      absl::StrAppend(&kind.labels, key, "=", label->second, "\n");
    }
  }
  if (told_workers_.contains(worker.name)) kind.worker = worker.name;
  return kind;
}

void Cluster::TellApart(const std::set<std::string>& workers, const std::set<std::string>& label_keys, int by) {
  const auto count = [by](const std::set<std::string>& names, std::map<std::string, int>* jobs) {
    bool changed = false;
    for (const std::string& name : names) {
      int& number = (*jobs)[name];
      changed = changed || number == 0 || number + by == 0;
      number += by;
      if (number == 0) jobs->erase(name);
    }
    return changed;
  };
  const bool workers_changed = count(workers, &told_workers_);
  const bool labels_changed = count(label_keys, &told_label_keys_);
  if (!workers_changed && !labels_changed) return;
  for (auto& [name, worker] : workers_) {
    if (!labels_changed && !workers.contains(name)) continue;
    ReopenAll(worker);
  }
}

// An idle slot is placed by what was learned of its worker's link while others reported.
void Cluster::NoteTransfer(Worker& worker, double bytes, double seconds) {
  const std::optional<int> before = ByteStepOf(worker);
  worker.second_a_byte.Add(bytes, seconds);
  if (ByteStepOf(worker) != before) ReopenAll(worker);
}

Link LinkOf(const Worker& worker, int slot) {
  constexpr size_t kClassBytesMax = 64;
  if (slot < 0 || slot >= static_cast<int>(worker.slots.size())) return {worker.transport, ""};
  const std::string& numeric_class = worker.slots[slot].numeric_class;
  return {worker.transport, numeric_class.substr(0, std::min(numeric_class.find(":threads="), kClassBytesMax))};
}

Worker& Cluster::Join(const WorkerHello& hello, absl::Time now) {
  const bool is_new = !workers_.contains(hello.worker);
  Worker& worker = workers_[hello.worker];
  CloseAll(worker);
  if (worker.session) sessions_.erase(*worker.session);
  worker.name = hello.worker;
  worker.version = hello.version;
  worker.session = hello.session;
  worker.labels = hello.labels;
  worker.allow_commands = hello.allow_commands;
  worker.reads_shared = hello.reads_shared;
  worker.allow_test_operations = hello.allow_test_operations;
  worker.last_heard = now;
  worker.known_passes.clear();
  worker.shortened.clear();  // the asking may have been lost with the old stream
  worker.drain_asked = worker.drain_asked || drain_on_join_.erase(hello.worker) > 0;
  worker.draining = worker.drain_asked;
  // What was learnt of a slot stays: to connect anew makes nothing better.
  worker.slots.resize(hello.slots.size());
  for (size_t i = 0; i < hello.slots.size(); ++i) {
    Slot& slot = worker.slots[i];
    slot.device = hello.slots[i].device;
    slot.memory_bytes = hello.slots[i].memory_bytes;
    slot.numeric_class = hello.slots[i].numeric_class;
    slot.ready = true;
    slot.not_ready_reason.clear();
    slot.leases = 0;
    slot.turn = 0;
    slot.progress = std::min(slot.progress, now);  // what it holds is not begun anew
  }
  if (is_new) CoolDown(worker, now);
  worker.blob_address = hello.blob_address;
  worker.transport = hello.transport;
  worker.holding = {hello.holding.begin(), hello.holding.end()};
  for (const auto& [token, slot] : worker.leases) {
    if (slot < static_cast<int>(worker.slots.size())) ++worker.slots[slot].leases;
  }
  sessions_[hello.session] = hello.worker;
  for (int i = 0; i < static_cast<int>(worker.slots.size()); ++i) Reopen(worker, i);
  return worker;
}

Worker* Cluster::Disconnect(SessionId session, absl::Time now) {
  auto found = sessions_.find(session);
  if (found == sessions_.end()) return nullptr;
  Worker& worker = workers_[found->second];
  CloseAll(worker);
  sessions_.erase(found);
  worker.session.reset();
  if (std::exchange(worker.heartbeat_interval, absl::ZeroDuration()) > absl::ZeroDuration()) worker.last_heard = now;
  return &worker;
}

void Cluster::CoolDown(Worker& worker, absl::Time now) {
  constexpr int kLossesMin = 3;
  const auto found = losses_.find(worker.name);
  if (found == losses_.end() || found->second.count < kLossesMin) return;
  for (Slot& slot : worker.slots) {
    slot.health.cause = found->second.why;
    slot.health.cool_down = found->second.cool_down;
    slot.health.Exclude(now);
  }
  found->second.cool_down = worker.slots[0].health.cool_down;
}

void Cluster::NoteLoss(const std::string& name, std::string why) {
  constexpr size_t kWorkersMax = 10'000;
  if (losses_.size() >= kWorkersMax) losses_.erase(losses_.begin());
  Losses& losses = losses_[name];
  ++losses.count;
  losses.why = std::move(why);
}

void Cluster::Remove(const std::string& name) {
  auto found = workers_.find(name);
  if (found == workers_.end()) return;
  CloseAll(found->second);
  if (found->second.session) sessions_.erase(*found->second.session);
  workers_.erase(found);
}

Worker* Cluster::Find(const std::string& name) {
  auto found = workers_.find(name);
  return found == workers_.end() ? nullptr : &found->second;
}
const Worker* Cluster::Find(const std::string& name) const { return const_cast<Cluster*>(this)->Find(name); }

Worker* Cluster::FindSession(SessionId session) {
  auto found = sessions_.find(session);
  return found == sessions_.end() ? nullptr : Find(found->second);
}

void Cluster::AddLease(const LeaseToken& token, const std::string& name, int slot) {
  Worker& worker = workers_[name];
  worker.name = name;
  worker.leases[token] = slot;
  if (slot >= static_cast<int>(worker.slots.size())) return;  // replay: the worker has not said Hello yet
  Close(worker, slot);
  ++worker.slots[slot].leases;
  worker.slots[slot].turn = ++turn_;
  Reopen(worker, slot);
}

void Cluster::RemoveLease(const LeaseToken& token, const std::string& name) {
  Worker* worker = Find(name);
  if (worker == nullptr) return;
  auto found = worker->leases.find(token);
  if (found == worker->leases.end()) return;
  const int slot = found->second;
  worker->leases.erase(found);
  worker->shortened.erase(token);
  if (slot >= static_cast<int>(worker->slots.size())) return;
  Close(*worker, slot);
  --worker->slots[slot].leases;
  Reopen(*worker, slot);
}

void Cluster::SetReady(Worker& worker, int slot, bool ready, std::string reason) {
  Close(worker, slot);
  worker.slots[slot].ready = ready;
  worker.slots[slot].kernels.clear();  // another engine than before
  worker.slots[slot].not_ready_reason = std::move(reason);
  Reopen(worker, slot);
}

void Cluster::SetDraining(Worker& worker) {
  CloseAll(worker);
  worker.draining = true;
}

void Cluster::Distrust(const std::string& name, std::string reason) {
  distrusted_.emplace(name, std::move(reason));
  if (Worker* worker = Find(name)) CloseAll(*worker);
}

const std::string& Cluster::DistrustOf(const std::string& name) const {
  static const std::string none;
  const auto found = distrusted_.find(name);
  return found == distrusted_.end() ? none : found->second;
}

void Cluster::DrainOnJoin(const std::string& worker) {
  constexpr size_t kNamesMax = 10'000;
  if (drain_on_join_.size() < kNamesMax) drain_on_join_.insert(worker);
}

void Cluster::Exclude(Worker& worker, int slot, absl::Time now) {
  Close(worker, slot);
  worker.slots[slot].health.Exclude(now);
}

void Cluster::Readmit(Worker& worker, int slot) {
  worker.slots[slot].health.Readmit();
  Reopen(worker, slot);
}

void Cluster::ForgiveStall(absl::Duration stalled, absl::Time now) {
  for (auto& [name, worker] : workers_) {
    // One that is held back counts as heard of later than now: leave it that.
    worker.last_heard = std::max(worker.last_heard, std::min(now, worker.last_heard + stalled));
    for (Slot& slot : worker.slots) slot.progress = std::min(now, slot.progress + stalled);
  }
}

void Cluster::HoldBack(absl::Time heard) {
  for (auto& [name, worker] : workers_) {
    if (!worker.session) worker.last_heard = heard;
  }
}

void Cluster::Close(Worker& worker, int slot) {
  const OpenSlots::Kind* kind = std::exchange(worker.slots[slot].open_as, nullptr);
  if (kind != nullptr) open_.Erase(kind, KeyOf(worker, slot));
}

void Cluster::Reopen(Worker& worker, int slot) {
  Slot& s = worker.slots[slot];
  Close(worker, slot);
  if (distrusted_.contains(worker.name) || s.health.excluded) return;
  if (s.ready && worker.session && !worker.draining) s.open_as = open_.Insert(KindOf(worker, s), KeyOf(worker, slot));
}

void Cluster::ReopenAll(Worker& worker) {
  for (int i = 0; i < static_cast<int>(worker.slots.size()); ++i) {
    if (worker.slots[i].open_as != nullptr) Reopen(worker, i);
  }
}

void Cluster::CloseAll(Worker& worker) {
  for (int i = 0; i < static_cast<int>(worker.slots.size()); ++i) Close(worker, i);
}

}  // namespace mote::coordinator
