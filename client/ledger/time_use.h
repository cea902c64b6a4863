// Where the slots' time went while a stage ran: from the ledger of its job.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "mote/v1/job.pb.h"
#include "mote/v1/ledger.pb.h"

namespace mote::client {

// Classes that exclude each other; together they are all of the slots' time.
enum class TimeClass {
  kCompute,
  kCommunication,  // fetch, to and from the device, send
  kConversion,     // decode, encode
  kUnattributed,   // of leases that held a slot: in no phase
  kWasted,         // attempts that failed, or that were overtaken
  kOtherStages,    // of this job, on the same slot
  kOtherJobs,      // had the slot between two attempts
  kTail,           // a slot had nothing left to do for the stage while another one still worked
  kGaps,           // between two attempts, and nobody had the slot: the coordinator's turn, a step's end
};
inline constexpr int kTimeClasses = 9;

struct StageTime {
  std::string stage;
  int slots = 0;        // that ran some of it
  int64_t span_ns = 0;  // from the first attempt's start to the last one's end
  int64_t attempts = 0;
  int64_t tasks = 0;
  int64_t longest_ns = 0;  // attempt
  std::array<int64_t, kTimeClasses> ns{};

  int64_t total_ns() const { return slots * span_ns; }
  double share(TimeClass of) const {
    return total_ns() > 0 ? static_cast<double>(ns[static_cast<size_t>(of)]) / static_cast<double>(total_ns()) : 0;
  }
  // The class that took most.
  TimeClass largest() const;
};

// Of every stage that ran, in the order of stages. `entries` as the ledger has them, `others`
// those of other jobs that ran meanwhile.
std::vector<StageTime> TimeUseOf(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries,
                                 const std::vector<v1::LedgerEntry>& others = {});

}  // namespace mote::client
