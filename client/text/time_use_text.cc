#include "client/text/time_use_text.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/text/printable.h"
#include "client/text/quantities.h"

namespace mote::client {
namespace {

constexpr double kShownShareMin = 0.02;
constexpr int64_t kShownSpanShare = 100;

const char* NameOf(TimeClass of) {
  switch (of) {
    case TimeClass::kCompute:
      return "compute";
    case TimeClass::kCommunication:
      return "communication";
    case TimeClass::kConversion:
      return "conversion";
    case TimeClass::kUnattributed:
      return "unattributed";
    case TimeClass::kWasted:
      return "wasted";
    case TimeClass::kOtherStages:
      return "other stages";
    case TimeClass::kOtherJobs:
      return "other jobs";
    case TimeClass::kTail:
      return "tail";
    case TimeClass::kGaps:
      return "gaps";
  }
  return "unknown";
}

// What the largest share means, and what would help.
std::string VerdictOf(const StageTime& use) {
  const std::string longest = SecondsText(static_cast<double>(use.longest_ns) * 1e-9);
  switch (use.largest()) {
    case TimeClass::kCompute:
      if (use.tasks <= use.slots) {
        return absl::StrCat("compute, in ", use.tasks, use.tasks == 1 ? " task" : " tasks",
                            ": smaller tasks could use more slots");
      }
      return "compute: more or faster slots would shorten it";
    case TimeClass::kCommunication:
      return "communication: fewer bytes a task, or workers nearer to the data, would shorten it";
    case TimeClass::kConversion:
      return "decoding and encoding: a format that needs less of it would shorten it";
    case TimeClass::kUnattributed:
      return "what leases held slots for and no phase explains: engines that start, or a machine that does other work";
    case TimeClass::kWasted:
      return "attempts that failed or were overtaken: see what failed, above or in `mote explain -o json`";
    case TimeClass::kOtherStages:
      return "too few slots: other stages of the job had them";
    case TimeClass::kOtherJobs:
      return "too few slots: other jobs had them; more slots, or a higher `priority`, would shorten it";
    case TimeClass::kTail:
      return absl::StrCat("stragglers: slots were idle while the last attempts ran (the longest took ", longest,
                          "); smaller tasks would shorten it");
    case TimeClass::kGaps:
      return "the coordinator and the order of steps: slots waited between attempts; larger tasks would shorten it";
  }
  return "";
}

std::string SharesOf(const StageTime& use) {
  std::vector<int> order(kTimeClasses);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&use](int a, int b) { return use.ns[a] > use.ns[b]; });
  std::vector<std::string> parts;
  for (const int of : order) {
    const double share = use.share(static_cast<TimeClass>(of));
    if (share >= kShownShareMin)
      parts.push_back(absl::StrFormat("%s %.0f %%", NameOf(static_cast<TimeClass>(of)), share * 100));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace

std::string TimeUseText(const std::vector<StageTime>& uses) {
  int64_t longest = 0;
  for (const StageTime& use : uses) longest = std::max(longest, use.span_ns);
  std::string text;
  for (const StageTime& use : uses) {
    if (use.total_ns() == 0 || use.span_ns * kShownSpanShare < longest) continue;
    absl::StrAppend(&text, "  time    ", Printable(use.stage), " took ",
                    SecondsText(static_cast<double>(use.span_ns) * 1e-9), " on ", use.slots,
                    use.slots == 1 ? " slot" : " slots", ", bound by ", VerdictOf(use), "\n",
                    "          of the slots' time: ", SharesOf(use), "\n");
  }
  return text;
}

OrderedJson TimeUseJson(const std::vector<StageTime>& uses) {
  OrderedJson json = OrderedJson::array();
  for (const StageTime& use : uses) {
    OrderedJson shares = OrderedJson::object();
    for (int of = 0; of < kTimeClasses; ++of) {
      shares[NameOf(static_cast<TimeClass>(of))] = use.share(static_cast<TimeClass>(of));
    }
    json.push_back({{"stage", use.stage},
                    {"slots", use.slots},
                    {"seconds", static_cast<double>(use.span_ns) * 1e-9},
                    {"attempts", use.attempts},
                    {"tasks", use.tasks},
                    {"bound_by", NameOf(use.largest())},
                    {"shares", shares}});
  }
  return json;
}

}  // namespace mote::client
