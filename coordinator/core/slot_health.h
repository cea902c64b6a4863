// Is a slot to be trusted with leases?
//
//   excluded   gets no leases until its cool-down is over
//   probation  after that: one lease of one task at a time, until one commits
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "common/ids.h"

namespace mote::coordinator {

// How attempts of one job's kernel ended, on all slots together.
struct Outcomes {
  int64_t commits = 0;
  int64_t failures = 0;
};

struct SlotHealth {
  using Work = std::pair<JobId, std::string>;  // job, kernel

  int failures = 0;  // in a row, at `work`
  Work work;
  Outcomes before;    // of `work`, when the row began
  std::string cause;  // of the last failure
  bool excluded = false;
  absl::Time excluded_until;
  absl::Duration cool_down;  // of the last exclusion; zero: none since the last commit
  bool last_resort = false;  // fails, but nobody else can run what it is given

  bool on_probation() const { return !excluded && cool_down > absl::ZeroDuration(); }

  // `all`: with this failure.
  void AddFailure(const Work& work, const Outcomes& all, std::string cause);
  // One of its failures was not its own.
  void Forgive();
  // The chance that a slot as good as the others are would fail so often in a row is
  // below one in a million. False while no other slot has committed meanwhile.
  bool IsWorseThanOthers(const Outcomes& all) const;
  void Exclude(absl::Time now);
  void Readmit() { excluded = false; }
};

}  // namespace mote::coordinator
