#include "common/failure.h"

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
  }
  return "unknown fault";
}

bool IsSystemFault(FaultKind kind) { return kind != FaultKind::kApplication; }

}  // namespace mote
