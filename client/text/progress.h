// A job's progress as lines.
//
//   on a terminal   a line a stage with a bar, redrawn in place
//   otherwise       plain lines, one a stage when it changed, at most one a second
//
// and a line with the bill, if the job has a price.
#pragma once

#include <map>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

// Tasks per second and what is left, from what was seen so far. Not thread-safe.
class ProgressLines {
 public:
  // Takes note of `job` as it was at `now`; times must not fall.
  void Observe(const v1::Job& job, absl::Time now);
  // "fit    [#####.....]  52%  5200/10.0k tasks  430/s  ETA 4s  epoch 3 of 20", one a stage.
  std::vector<std::string> Bars(int width) const;
  // "fit: running, 5200 of 10000 tasks, 430/s, ETA 4s; epoch 3 of 20"
  std::string PlainLine(const v1::StageStatus& stage) const;
  // "bill: 1.30 of 5.00, about 3.40 in all": the last of the bars too. Empty: no price.
  std::string BillLine() const;

 private:
  struct Seen {
    absl::Time first;
    absl::Time last;
    int64_t last_committed = 0;
    double per_second = 0;  // smoothed; 0: not known yet
  };

  std::string RateText(const v1::StageStatus& stage) const;

  v1::Job job_;
  std::map<std::string, Seen> seen_;
};

// Writes ProgressLines to a stream. Thread-safe.
class ProgressPrinter {
 public:
  // `width`: of the terminal; 0: not a terminal.
  ProgressPrinter(std::ostream& out, int width) : out_(out), width_(width) {}

  void Show(const v1::Job& job, absl::Time now);
  // The last state of every stage, after which nothing is redrawn.
  void Finish(const v1::Job& job, absl::Time now);
  // A line between the others: a worker was restarted.
  void Note(const std::string& line);

 private:
  struct Printed {
    std::string line;
    v1::StageState state = v1::STAGE_STATE_UNSPECIFIED;
    absl::Time time = absl::InfinitePast();
  };

  // With mutex_ held.
  void Redraw();
  void PrintPlain(const v1::Job& job, absl::Time now, bool all);
  void PrintBill(absl::Time now, bool all);
  void PrintNote(const std::string& line);

  std::mutex mutex_;
  std::ostream& out_;
  int width_;
  ProgressLines lines_;
  int drawn_ = 0;                           // lines on the terminal to draw over
  std::map<std::string, Printed> printed_;  // plain lines, by stage
  Printed printed_bill_;
  std::string waiting_reason_;
};

}  // namespace mote::client
