// Who is connected: workers, their slots and the leases they hold.
//
// Not journalled: a restarted coordinator learns it again from Hello. Leases of
// workers that have not come back yet are kept under the worker's name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/time.h"
#include "common/alpha_by_link.h"
#include "common/fading_mean.h"
#include "common/fading_ratio.h"
#include "common/ids.h"
#include "coordinator/core/command.h"
#include "coordinator/core/open_slots.h"
#include "coordinator/core/slot_health.h"

namespace mote::coordinator {

struct Slot {
  std::string device;
  int64_t memory_bytes = 0;
  std::string numeric_class;
  bool ready = false;
  std::string not_ready_reason = {};
  int leases = 0;
  uint64_t turn = 0;                              // of the last grant: slots with equally many leases take turns
  FadingMean speed{1};                            // learned: how many times longer than the mean a task takes here
  double slowness = 1;                            // as `speed` has it
  std::set<std::string> kernels;                  // that its engine, since it began, has reported blocks of
  absl::Time last_report = absl::InfinitePast();  // of a lease that it held
  // When it last got to work or reported: what it holds is judged by this.
  absl::Time progress = absl::InfiniteFuture();
  SlotHealth health = {};
  const OpenSlots::Kind* open_as = nullptr;  // where it stands among the open ones; nullptr: it does not
};

struct Worker {
  std::string name;
  std::string version;
  std::optional<SessionId> session;  // nullopt: away, may come back
  std::vector<Slot> slots;
  std::map<std::string, std::string> labels;
  bool allow_commands = false;
  bool reads_shared = true;
  bool allow_test_operations = false;
  bool draining = false;     // takes no more leases
  bool drain_asked = false;  // by a user: also when it comes back
  absl::Time last_heard;
  absl::Duration heartbeat_interval = absl::ZeroDuration();  // as it was told last; zero: the shortest
  std::map<LeaseToken, int> leases;                          // → slot
  std::map<LeaseToken, absl::Time> shortened;                // leases that it was asked to end early, and when
  std::set<PassId> known_passes;                             // definitions that this session has
  std::string blob_address;                                  // where other workers fetch from it; empty: nowhere
  std::set<PassId> holding;                                  // passes of which it keeps partials
  std::string transport;                                     // "loopback", "network"
  FadingRatio second_a_byte;  // learned: seconds of fetching and sending for each byte over the network
  int64_t tasks_committed = 0;
  int64_t attempts_failed = 0;
};

// Of one worker, in a row.
struct Losses {
  int count = 0;
  std::string why;           // the last one
  absl::Duration cool_down;  // that it had last
};

// Over what the slot's bytes go, and what kind of machine computes: its numeric class
// without what only the bits depend on.
Link LinkOf(const Worker& worker, int slot);

// Not thread-safe.
class Cluster {
 public:
  // Jobs tell slots apart by these from now on, or (`by` −1) some do no more: names of
  // workers, and keys of labels.
  void TellApart(const std::set<std::string>& workers, const std::set<std::string>& label_keys, int by);

  // Replaces what is known of the worker's session and slots; its leases stay, and so
  // does the learned slowness of slots. Slots are ready until SetReady says otherwise.
  Worker& Join(const WorkerHello& hello, absl::Time now);
  // The stream is gone: the worker is away, and has so long from now to come back as one that
  // is told to come often. nullptr: no such session.
  Worker* Disconnect(SessionId session, absl::Time now);
  void Remove(const std::string& worker);
  // The worker took leases with it: who does so again and again, and commits nothing, begins
  // with a cool-down when it comes back, as a slot that fails does (slot_health.h).
  void NoteLoss(const std::string& worker, std::string why);
  void ForgiveLosses(const std::string& worker) { losses_.erase(worker); }
  // A worker that something is known to lie at; away until it says Hello.
  void Expect(const std::string& worker) { workers_[worker].name = worker; }

  Worker* Find(const std::string& worker);
  const Worker* Find(const std::string& worker) const;
  Worker* FindSession(SessionId session);

  void AddLease(const LeaseToken& token, const std::string& worker, int slot);
  void RemoveLease(const LeaseToken& token, const std::string& worker);
  void SetReady(Worker& worker, int slot, bool ready, std::string reason);
  void SetDraining(Worker& worker);
  // No leases for this worker any more, also when it comes back under its name.
  void Distrust(const std::string& name, std::string reason);
  // Why it is distrusted; empty: it is not.
  const std::string& DistrustOf(const std::string& name) const;
  // A worker that is not known yet drains as soon as it says Hello.
  void DrainOnJoin(const std::string& worker);
  // Takes the slot out of the open ones, and puts it back.
  void Exclude(Worker& worker, int slot, absl::Time now);
  // So many bytes went to or from the worker in so many seconds.
  void NoteTransfer(Worker& worker, double bytes, double seconds);
  void Readmit(Worker& worker, int slot);
  Outcomes& OutcomesOf(JobId job, const std::string& kernel) { return outcomes_[job][kernel]; }
  void ForgetJob(JobId job) { outcomes_.erase(job); }
  // Treats workers that are away as last heard of at `heard`.
  void HoldBack(absl::Time heard);
  // Never count time in which the loop itself did not run.
  void ForgiveStall(absl::Duration stalled, absl::Time now);

  const std::map<std::string, Worker>& workers() const { return workers_; }
  // Ready slots of connected workers that are neither draining nor distrusted, without
  // excluded ones.
  const OpenSlots& open_slots() const { return open_; }
  int64_t session_count() const { return static_cast<int64_t>(sessions_.size()); }
  int64_t ready_slots() const { return static_cast<int64_t>(open_.size()); }

 private:
  void CoolDown(Worker& worker, absl::Time now);
  void Close(Worker& worker, int slot);
  void Reopen(Worker& worker, int slot);
  void ReopenAll(Worker& worker);  // the open ones
  void CloseAll(Worker& worker);
  SlotKind KindOf(const Worker& worker, const Slot& slot) const;

  std::map<std::string, Worker> workers_;
  std::map<SessionId, std::string> sessions_;
  std::map<std::string, std::string> distrusted_;  // name → reason
  OpenSlots open_;
  std::map<std::string, int> told_workers_;     // jobs that tell the worker apart
  std::map<std::string, int> told_label_keys_;  // jobs that ask for some value of the label
  std::set<std::string> drain_on_join_;
  std::map<std::string, Losses> losses_;                       // by worker
  std::map<JobId, std::map<std::string, Outcomes>> outcomes_;  // by job and kernel, of running jobs
  uint64_t turn_ = 0;
};

}  // namespace mote::coordinator
