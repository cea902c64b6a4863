// Bytes of workers' streams: nothing they say may break the coordinator's promises.
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/fuzzed_coordinator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mote::fuzz::FuzzedCoordinator coordinator;
  coordinator.FeedFrames({reinterpret_cast<const char*>(data), size});
  coordinator.CheckReplay();
  return 0;
}
