// What the kernels of trees keep between passes: tables that were read, models.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/pass_spec.h"
#include "worker/engine/kernel.h"
#include "worker/engine/lru_cache.h"
#include "worker/engine/trees/binned_rows.h"
#include "worker/engine/trees/boost_rows.h"
#include "worker/engine/trees/tree_model.h"

namespace mote::engine {

// One per process, shared by its kernels. Not thread-safe: kernels run on one thread.
class TreeCaches {
 public:
  // The whole binned table in the pass's input "input". Errors as BinnedRows::Read's.
  absl::StatusOr<std::shared_ptr<const BinnedRows>> Rows(const PassSpec& pass, TaskContext& context);

  // The model in the pass's input "model". InvalidArgument: not a model of trees.
  absl::StatusOr<std::shared_ptr<const TreeModel>> Model(const PassSpec& pass, TaskContext& context);

  BoostRowsCache& boost_rows() { return boost_rows_; }

 private:
  LruCache<const BinnedRows> tables_{1};
  LruCache<const TreeModel> models_{4};
  BoostRowsCache boost_rows_;
};

// By which a value can be told from others: what it refers to, or its bytes.
std::string KeyOf(const Value& value);

}  // namespace mote::engine
