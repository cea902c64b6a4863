#include "coordinator/core/collect.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/prepare/table_parts.h"
#include "coordinator/core/artifact_use.h"

namespace mote::coordinator {
namespace {

void AppendTable(const Value& content, CollectArtifacts* collect) {
  if (content.artifact) return collect->tables.push_back(*content.artifact);
  const absl::StatusOr<TableParts> parts = PartsOfTable(content.bytes);
  if (!parts.ok()) return;  // nobody can read its rows either
  collect->in_use.insert(collect->in_use.end(), parts->artifacts.begin(), parts->artifacts.end());
  collect->tables.insert(collect->tables.end(), parts->datasets.begin(), parts->datasets.end());
}

void AppendTables(const std::map<std::string, Output>& outputs, CollectArtifacts* collect) {
  for (const auto& [name, output] : outputs) {
    if (output.kind != OutputKind::kTable) continue;
    if (!output.is_pinned()) AppendTable(output.content, collect);
    for (const SiteRows& site : output.sites) AppendTable(site.content, collect);
  }
}

// Jobs put and find what they use once they are submitted. InfinitePast: one was submitted
// later than now, by a clock that was wrong then or is now.
absl::Time PutBefore(const State& state, absl::Time now) {
  absl::Time oldest = now;
  const auto consider = [&](JobId id) {
    const absl::Time submitted = state.FindJob(id)->submitted;
    oldest = submitted > now ? absl::InfinitePast() : std::min(oldest, submitted);
  };
  for (const JobId job : state.active) consider(job);
  for (const JobId job : state.retryable) consider(job);
  return oldest - state.options.collect_age_min;
}

}  // namespace

void CollectUnused(Transaction& tx) {
  State& state = tx.state;
  if (IsYoung(state, tx.now)) return;
  // The clock may have been set back since the last time.
  if (absl::AbsDuration(tx.now - state.last_collect) < state.options.collect_interval) return;
  state.last_collect = tx.now;
  CollectArtifacts collect;
  collect.now = tx.now;
  collect.put_before = PutBefore(state, tx.now);
  if (collect.put_before == absl::InfinitePast()) return;
  for (const auto& [artifact, users] : state.artifact_users) collect.in_use.push_back(artifact);
  for (const auto& [id, job] : state.jobs) {
    for (const StageRun& stage : job->stages) AppendTables(stage.outputs, &collect);
  }
  for (const Bundle* const bundle : state.bundles.All()) AppendTables(bundle->outputs, &collect);
  tx.Send(std::move(collect));
}

}  // namespace mote::coordinator
