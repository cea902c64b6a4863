// The jobs of a simulation: what they compute, which of their tasks are poison, and
// what their result must be.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/subtree.h"
#include "coordinator/core/core.h"
#include "tests/sim/options.h"

namespace mote::sim {

namespace mc = ::mote::coordinator;

// A job of `random_sum` tasks, of the steps of `sim_iterate`, or of `sim_load` and `sim_work`. Its seed, which stands
// in the parameters of its passes, tells an engine whose tasks it runs.
struct SimJob {
  uint64_t seed = 0;
  mc::JobSpec spec;
  std::string request_id;
  int64_t steps = 0;                        // of an iteration; 0: it is none
  std::set<int64_t> poison;                 // tasks that kill every engine; in each step
  std::optional<absl::Duration> cancel_at;  // after the start of the simulation

  std::optional<size_t> origin;  // which job it submits again
  bool edited = false;           // with another last stage than that one

  int64_t tasks() const { return spec.stages[0].tasks.count; }
  bool has_two_stages() const { return spec.stages.size() > 1; }
};

class Workload {
 public:
  Workload(const Options& options, Random& random);

  const std::deque<SimJob>& jobs() const { return jobs_; }
  // Its poison tasks do no harm from now on, as if the user had mended them.
  void Mend(size_t job) { jobs_[job].poison.clear(); }

  // Adds a job that is the same as one that has ended for good, or differs in its last
  // stage. Answers its index.
  size_t Resubmit(size_t job, bool edited);

  // The newest job whose passes have these parameters.
  const SimJob& JobOf(const PassSpec& pass) const;

  // A pass has been leased under this id: needed to tell which step's tasks are absent.
  void Learn(PassId id, const PassSpec& pass);

  // What is wrong with how `job` ended; nothing: its absent tasks are the poison ones
  // (and perhaps others, if `more_absent`), and its bits are those of a plain fold
  // without them.
  std::optional<std::string> CheckEnd(const SimJob& job, const mc::JobView& view, bool more_absent,
                                      const BlobStore& blobs) const;
  // Which stage of a job that was submitted again ran although it need not, or the other
  // way round; nothing: none.
  std::optional<std::string> CheckReuse(const SimJob& job, const mc::JobView& view, const mc::JobView& origin) const;

 private:
  const bool folds_may_fail_;
  std::deque<SimJob> jobs_;
  std::map<PassId, int64_t> steps_;  // of iterations
};

// What the values of a pass are drawn from, besides the task. Checked: `read` finds its inputs.
uint64_t ValueSeed(const PassSpec& pass, const ValueReader& read);

// The partial of one task: floating-point values whose sum shows in which order it was
// taken.
std::string LeafOf(uint64_t value_seed, const RowReducer& reducer, int64_t task, BlobSink& blobs);

// As LeafOf, of a task whose values are all zero.
std::string LeafOfZeros(const RowReducer& reducer);

}  // namespace mote::sim
