// What the kernels of this library keep between passes, so that opening a pass costs
// microseconds: a training run opens thousands.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/pass_spec.h"
#include "common/permutation.h"
#include "worker/engine/kernel.h"
#include "worker/engine/lru_cache.h"
#include "worker/engine/row_source.h"
#include "worker/engine/torch_kernels/network.h"
#include "worker/engine/torch_kernels/pending_updates.h"
#include "worker/engine/torch_kernels/script_module.h"

namespace mote::engine {

// One per process, shared by its kernels. Not thread-safe: kernels run on one thread.
class Caches {
 public:
  // The rows of the pass's input `name`, with the blobs that were used mapped.
  // Errors as RowSource::Open's; InvalidArgument when there is no such input.
  absl::StatusOr<std::shared_ptr<RowSource>> Rows(const PassSpec& pass, std::string_view name, TaskContext& context);

  // The weights in the pass's input `name`, on the device. Errors as ReadState's.
  absl::StatusOr<std::shared_ptr<Network>> Weights(const PassSpec& pass, std::string_view name,
                                                   const EngineOptions& options, TaskContext& context);

  // The state that has taken all of the updates. Each state on the way that is known
  // spares those before it.
  //
  // Errors as ReadState's and PendingUpdates::Take's.
  absl::StatusOr<std::shared_ptr<const TrainState>> State(const PendingUpdates& updates, TaskContext& context);

  // Its weights, on the device.
  absl::StatusOr<std::shared_ptr<Network>> Weights(const PendingUpdates& updates, const EngineOptions& options,
                                                   TaskContext& context);

  // The order of so many rows that the seed makes: the same for all steps of an epoch.
  std::shared_ptr<const Permutation> Order(int64_t rows, uint64_t seed);

  // The TorchScript file in the pass's input `name`. Errors as ScriptModule::Load's.
  absl::StatusOr<std::shared_ptr<ScriptModule>> Script(const PassSpec& pass, std::string_view name,
                                                       const std::string& file, const EngineOptions& options,
                                                       TaskContext& context);

 private:
  absl::StatusOr<std::unique_ptr<Network>> Load(const TrainState& state, const EngineOptions& options,
                                                TaskContext& context);

  LruCache<RowSource> rows_{8};
  LruCache<Network> weights_{4};
  LruCache<const TrainState> states_{size_t{256} << 20};  // bytes
  LruCache<const Permutation> orders_{4};
  LruCache<ScriptModule> scripts_{2};
  LruCache<Network> modules_{2};  // that are trained, with some weights
};

// The artifact that is the pass's input `name`.
//
//   InvalidArgument  no such input, or it is inline
absl::StatusOr<ArtifactRef> ArtifactInput(const PassSpec& pass, std::string_view name);

}  // namespace mote::engine
