#include "common/failure.h"

#include <algorithm>

#include "common/utf8.h"

namespace mote {

std::string_view Name(FaultKind kind) {
  switch (kind) {
    case FaultKind::kApplication:
      return "application error";
    case FaultKind::kEngineCrash:
      return "engine crash";
    case FaultKind::kOutOfMemory:
      return "out of memory";
    case FaultKind::kTimeout:
      return "timeout";
    case FaultKind::kLostWorker:
      return "lost worker";
    case FaultKind::kUnavailable:
      return "input unavailable";
    case FaultKind::kDevice:
      return "device error";
    case FaultKind::kGivenBack:
      return "given back";
    case FaultKind::kLeaseExpired:
      return "lease expired";
    case FaultKind::kDeadline:
      return "deadline exceeded";
    case FaultKind::kInputChanged:
      return "input changed";
    case FaultKind::kBudget:
      return "budget exhausted";
  }
  return "unknown fault";
}

Blame BlameOf(FaultKind kind) {
  switch (kind) {
    case FaultKind::kGivenBack:
    case FaultKind::kDeadline:
    case FaultKind::kBudget:
      return Blame::kNobody;
    case FaultKind::kUnavailable:
      return Blame::kInput;
    case FaultKind::kLostWorker:
    case FaultKind::kLeaseExpired:
      return Blame::kWorker;
    default:
      return Blame::kTask;
  }
}

void Failure::Bound() {
  constexpr size_t kMessageMax = 2 << 10, kDetailMax = 4 << 10;
  message = Utf8(std::string_view(message).substr(0, kMessageMax));
  detail = Utf8(std::string_view(detail).substr(detail.size() - std::min(detail.size(), kDetailMax)));
  worker = Utf8(worker);
  missing = Utf8(missing);
}

bool IsSystemFault(FaultKind kind) { return kind != FaultKind::kApplication && kind != FaultKind::kInputChanged; }

}  // namespace mote
