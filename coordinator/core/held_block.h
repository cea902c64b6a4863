// A block under verification: which workers ran it and what each of them found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/cost.h"
#include "common/digest.h"
#include "common/fold.h"

namespace mote::coordinator {

// A value that at least one run found.
struct HeldValue {
  Digest digest;
  std::vector<Node> nodes;
  Cost cost;  // of the first run that found it
  absl::Duration slot_time;
  std::vector<std::string> workers;  // that found it, a name for every run
};

enum class Verdict {
  kOpen,         // another run is needed
  kAgreed,       // values()[0] stands
  kContradicts,  // contradictor() found two values
  kNoTwoAgree,   // the runs differ, and more of them would not help
};

// Not thread-safe. Holds no more values than runs: a few.
class HeldBlock {
 public:
  void Add(const std::string& worker, std::vector<Node> nodes, const Cost& cost, absl::Duration slot_time);
  // What the worker said does not count any more.
  void Forget(const std::string& worker);
  // Nor do values that lie at the worker alone: they cannot be committed.
  void ForgetKeptAt(const std::string& worker);
  bool AnyKeptAt(const std::string& worker) const;

  // What follows when `runs` are wanted: the only value once there are so many. Where
  // runs differ, the value that more workers found than any other, at least two of
  // them; a worker counts once, however often it ran the block. No two agree: every
  // run found another value, or two workers have run it twice and stay different.
  Verdict Judge(int runs) const;
  // The worker that found two values; empty: none did.
  std::string contradictor() const;
  // Workers that found another value than values()[0].
  std::vector<std::string> dissenters() const;

  // Most workers first.
  const std::vector<HeldValue>& values() const { return values_; }
  int run_count() const;
  int RunsOf(const std::string& worker) const;
  // Two workers or more ran it.
  bool independent() const;

  // The runs differ: another worker has to decide.
  bool disputed() const { return values_.size() > 1; }
  // A worker that found the same twice has no more to say about a disputed block.
  static constexpr int kRunsPerWorkerMax = 2;

 private:
  std::vector<HeldValue> values_;
};

// Equal results of a block, equal digests: over the nodes, with what they refer to.
Digest DigestOf(const std::vector<Node>& nodes);

}  // namespace mote::coordinator
