#include "coordinator/plan/site_tables.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/digest.h"
#include "common/finished_output.h"
#include "common/json.h"
#include "common/reducer.h"
#include "common/schema.h"
#include "common/status_macros.h"
#include "common/subtree.h"
#include "common/value.h"
#include "coordinator/plan/plan_memo.h"

namespace mote::coordinator {
namespace {

// Planners store nothing. What a reducer wants to is too large for it to be put together here.
class NoBlobs final : public BlobSink {
 public:
  Digest Store(std::string bytes) override {
    asked_ = true;
    return Sha256(bytes);
  }
  bool asked() const { return asked_; }

 private:
  bool asked_ = false;
};

absl::Status TooLarge(const ReduceSpec& spec) {
  return absl::ResourceExhaustedError(
      absl::StrCat("reducer ", spec.name,
                   ": what it yields of rows that stay at several workers would have to be "
                   "stored, and cannot be put together; use one that yields a report, or fewer columns"));
}

absl::StatusOr<std::unique_ptr<Reducer>> ReducerOf(const ReduceSpec& spec) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(spec.parameters));
  return MakeReducer(spec.name, parameters);
}

std::string Columns(const std::string& encoded) {
  const absl::StatusOr<Schema> schema = Schema::Decode(encoded);
  return schema.ok() ? schema->ToString() : "too many columns to name";
}

}  // namespace

std::vector<SiteTable> SiteTablesOf(const Output& table) {
  if (!table.is_pinned()) return {{"", table}};
  std::vector<SiteTable> sites;
  for (const SiteRows& site : table.sites) {
    sites.push_back({site.worker, Output{table.kind, site.content, site.rows, site.bytes, table.schema}});
  }
  return sites;
}

absl::StatusOr<Output> JoinSites(std::vector<SiteTable> sites) {
  if (sites.size() == 1 && sites[0].worker.empty()) return std::move(sites[0].rows);
  Output table;
  table.kind = OutputKind::kTable;
  table.schema = sites.front().rows.schema;
  for (SiteTable& site : sites) {
    if (site.rows.schema != table.schema) {
      return absl::InvalidArgumentError(absl::StrCat("worker ", site.worker, " has other columns than worker ",
                                                     sites.front().worker, ": ", Columns(site.rows.schema), " and ",
                                                     Columns(table.schema), "; give all files the same header"));
    }
    table.rows += site.rows.rows;
    table.bytes += site.rows.bytes;
    table.sites.push_back({site.worker, std::move(site.rows.content), site.rows.rows, site.rows.bytes});
  }
  return table;
}

std::string SiteNames(const Output& table) {
  return absl::StrJoin(table.sites, ", ",
                       [](std::string* out, const SiteRows& site) { absl::StrAppend(out, site.worker); });
}

absl::StatusOr<std::string> CombineSites(const ReduceSpec& spec, const std::vector<CompletedPass>& completed) {
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Reducer> reducer, ReducerOf(spec));
  std::string combined;
  NoBlobs blobs;
  for (const CompletedPass& done : completed) {
    if (done.absent_all) continue;
    if (done.root.artifact) return TooLarge(spec);
    if (combined.empty()) {
      combined = done.root.bytes;
      continue;
    }
    MOTE_RETURN_IF_ERROR(reducer->Combine(combined, done.root.bytes, blobs));
  }
  if (blobs.asked()) return TooLarge(spec);
  return combined;
}

absl::StatusOr<PassSpec> FinishSites(const ReduceSpec& spec, const std::vector<CompletedPass>& completed) {
  Subtree subtree;
  subtree.reducer = spec.name;
  subtree.reducer_parameters = spec.parameters;
  subtree.task_count = static_cast<int64_t>(completed.size());
  subtree.finish = true;
  bool any = false;
  for (size_t i = 0; i < completed.size(); ++i) {
    Subtree::Entry& entry = subtree.entries.emplace_back();
    entry.block = {0, static_cast<int64_t>(i)};
    if (completed[i].absent_all) continue;
    entry.value = completed[i].root;
    any = true;
  }
  if (!any) return absl::InvalidArgumentError("no worker has a result: all tasks are quarantined, see `mote explain`");
  PassSpec pass = OneTask("finish", Json::object());
  MOTE_RETURN_IF_ERROR(WriteSubtree(subtree, &pass));
  pass.label = absl::StrCat("finish of ", spec.name, " of all workers");
  return pass;
}

absl::StatusOr<Output> FinishedSites(const CompletedPass& done) {
  if (done.absent_all)
    return absl::InvalidArgumentError("the task that puts the workers' results together is quarantined");
  return DecodeFinished(done.root.bytes);
}

}  // namespace mote::coordinator
