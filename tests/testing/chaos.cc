#include "tests/testing/chaos.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace mote::testing {
namespace {

constexpr uint64_t kStream = 0x6368616f73;  // "chaos"
constexpr int kCoordinator = -1;
constexpr int kNobody = -2;
constexpr absl::Duration kPauseMin = absl::Milliseconds(50);
constexpr absl::Duration kPauseMax = absl::Milliseconds(1200);
// Around the limits of heartbeats (3 s) and pings (5 s), so that both sides of them are tried.
constexpr absl::Duration kFrozenMax = absl::Seconds(6);
constexpr absl::Duration kAwayMax = absl::Seconds(2);
// A coordinator that starts has recovered after about as long.
constexpr absl::Duration kStartCutMax = absl::Milliseconds(40);

std::string Text(absl::Duration duration) { return absl::FormatDuration(absl::Trunc(duration, absl::Milliseconds(1))); }

}  // namespace

Chaos::Chaos(RealCluster& cluster, uint64_t seed)
    : cluster_(cluster), random_(seed, kStream), start_(absl::Now()), next_act_(start_) {}

absl::Duration Chaos::Between(absl::Duration low, absl::Duration high) {
  return low + (high - low) * random_.Uniform(drawn_++);
}

void Chaos::Note(std::string what) {
  ++acts_;
  log_.push_back(absl::StrCat("at ", Text(absl::Now() - start_), ": ", what));
}

bool Chaos::IsBusy(int victim) const {
  return std::any_of(endings_.begin(), endings_.end(), [victim](const Ending& e) { return e.victim == victim; });
}

void Chaos::EndAfter(absl::Duration wait, int victim, std::function<void()> run) {
  endings_.push_back({absl::Now() + wait, victim, std::move(run)});
}

void Chaos::Step() {
  const absl::Time now = absl::Now();
  const auto due =
      std::stable_partition(endings_.begin(), endings_.end(), [now](const Ending& e) { return e.at > now; });
  const std::vector<Ending> ending(std::make_move_iterator(due), std::make_move_iterator(endings_.end()));
  endings_.erase(due, endings_.end());
  for (const Ending& end : ending) end.run();
  if (now < next_act_) return;
  next_act_ = now + Between(kPauseMin, kPauseMax);
  Act();
}

void Chaos::Heal() {
  for (const Ending& end : std::exchange(endings_, {})) end.run();
}

void Chaos::Act() {
  const int worker = static_cast<int>(Below(cluster_.workers()));
  const uint64_t choice = Below(10);
  if (choice < 3) {
    if (!IsBusy(kCoordinator)) ActOnCoordinator();
  } else if (choice < 6) {
    if (!IsBusy(worker)) ActOnWorker(worker);
  } else {
    ActOnEngine(worker);
  }
}

void Chaos::ActOnCoordinator() {
  // Half of the time it is back at once.
  const absl::Duration away = Below(2) == 0 ? absl::ZeroDuration() : Between(absl::ZeroDuration(), kAwayMax);
  const auto start = [this] { cluster_.StartCoordinator(); };
  switch (Below(5)) {
    case 0:
    case 1:
      Note(absl::StrCat("coordinator killed, back after ", Text(away)));
      cluster_.KillCoordinator();
      return EndAfter(away, kCoordinator, start);
    case 2: {
      const absl::Duration cut = Between(absl::ZeroDuration(), kStartCutMax);
      Note(absl::StrCat("coordinator killed, and again ", Text(cut), " after its start"));
      cluster_.KillCoordinator();
      cluster_.CutCoordinatorStart(cut);
      return EndAfter(away, kCoordinator, start);
    }
    case 3:
      Note(absl::StrCat("coordinator told to end, back after ", Text(away)));
      cluster_.coordinator().Signal(SIGTERM);
      return EndAfter(away, kCoordinator, start);
    default: {
      const absl::Duration frozen = Between(absl::ZeroDuration(), kFrozenMax);
      Note(absl::StrCat("coordinator frozen for ", Text(frozen)));
      cluster_.coordinator().Signal(SIGSTOP);
      return EndAfter(frozen, kCoordinator, [this] { cluster_.coordinator().Signal(SIGCONT); });
    }
  }
}

void Chaos::ActOnWorker(int worker) {
  const absl::Duration away = Between(absl::ZeroDuration(), kAwayMax);
  const auto restart = [this, worker] { cluster_.RestartWorker(worker); };
  switch (Below(4)) {
    case 0:
    case 1:
      Note(absl::StrCat("worker ", worker, " killed, back after ", Text(away)));
      cluster_.KillWorker(worker);
      return EndAfter(away, worker, restart);
    case 2:
      Note(absl::StrCat("worker ", worker, " told to end, another after ", Text(away)));
      cluster_.worker(worker).Signal(SIGTERM);
      return EndAfter(away, worker, restart);
    default: {
      const absl::Duration frozen = Between(absl::ZeroDuration(), kFrozenMax);
      Note(absl::StrCat("worker ", worker, " frozen for ", Text(frozen)));
      cluster_.worker(worker).Signal(SIGSTOP);
      return EndAfter(frozen, worker, [this, worker] { cluster_.worker(worker).Signal(SIGCONT); });
    }
  }
}

void Chaos::ActOnEngine(int worker) {
  const bool freeze = Below(3) == 0;
  const absl::Duration frozen = Between(absl::ZeroDuration(), kFrozenMax);
  if (!cluster_.worker(worker).IsRunning()) return;
  const std::vector<pid_t> engines = ChildrenOf(cluster_.worker(worker).pid(), "mote-engine");
  if (engines.empty()) return;
  const pid_t engine = engines[0];
  if (!freeze) {
    Note(absl::StrCat("engine of worker ", worker, " killed"));
    kill(engine, SIGKILL);
    return;
  }
  Note(absl::StrCat("engine of worker ", worker, " frozen for ", Text(frozen)));
  kill(engine, SIGSTOP);
  EndAfter(frozen, kNobody, [this, worker, engine] {
    if (!cluster_.worker(worker).IsRunning()) return;
    const std::vector<pid_t> now = ChildrenOf(cluster_.worker(worker).pid(), "mote-engine");
    if (std::find(now.begin(), now.end(), engine) != now.end()) kill(engine, SIGCONT);
  });
}

}  // namespace mote::testing
