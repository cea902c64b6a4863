// The passes an engine was told of, and what it opened for them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "common/pass_spec.h"
#include "common/reducer.h"
#include "worker/engine/kernel.h"
#include "worker/engine/kernel_library.h"

namespace mote::engine {

// A pass ready to run tasks.
struct OpenPass {
  PassSpec spec;
  std::unique_ptr<Reducer> reducer;
  std::unique_ptr<PassKernel> kernel;
};

// Not thread-safe: belongs to the compute thread.
class PassTable {
 public:
  PassTable(KernelLibrary& library, EngineOptions options) : library_(library), options_(std::move(options)) {}

  void Define(uint64_t pass, PassSpec spec);
  // Closes the pass; unknown ones are ignored.
  void Drop(uint64_t pass);
  // nullptr: never defined, or dropped.
  const PassSpec* Find(uint64_t pass) const;

  // Opens the pass unless it is open. What failed is tried again at the next call.
  // Errors as Kernel::Open's; NotFound: the pass was not defined.
  absl::StatusOr<OpenPass*> Open(uint64_t pass, TaskContext& context);

 private:
  KernelLibrary& library_;
  const EngineOptions options_;
  std::map<uint64_t, OpenPass> passes_;
};

}  // namespace mote::engine
