#include "worker/engine/trees/tree_caches.h"

#include <utility>

#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {

std::string KeyOf(const Value& value) { return value.artifact.has_value() ? value.artifact->ToString() : value.bytes; }

absl::StatusOr<std::shared_ptr<const BinnedRows>> TreeCaches::Rows(const PassSpec& pass, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const Value* const value, InputOf(pass, "input"));
  std::string key = KeyOf(*value);
  if (auto known = tables_.Find(key)) return known;
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<RowSource> source, RowSource::Open(*value, context));
  MOTE_ASSIGN_OR_RETURN(BinnedRows rows, BinnedRows::Read(*source, {0, source->rows()}, context));
  return tables_.Insert(std::move(key), std::make_shared<const BinnedRows>(std::move(rows)));
}

absl::StatusOr<std::shared_ptr<const TreeModel>> TreeCaches::Model(const PassSpec& pass, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const Value* const value, InputOf(pass, "model"));
  std::string key = KeyOf(*value);
  if (auto known = models_.Find(key)) return known;
  MOTE_ASSIGN_OR_RETURN(std::string bytes, ReadValue(*value, context));
  MOTE_ASSIGN_OR_RETURN(std::shared_ptr<const TreeModel> model, TreeModel::Parse(std::move(bytes)));
  return models_.Insert(std::move(key), std::move(model));
}

}  // namespace mote::engine
