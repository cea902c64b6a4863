#include "tests/sim/subtree_task.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "common/check.h"
#include "common/json.h"

namespace mote::sim {
namespace {

std::string Encode(const Output& output) {
  return Json{{"kind", output.kind == OutputKind::kTable ? "table" : "blob"},
              {"rows", output.rows},
              {"bytes", output.bytes},
              {"schema", absl::Base64Escape(output.schema)},
              {"inline", absl::Base64Escape(output.content.bytes)}}
      .dump();
}

// What the kernel "finish" answers: the root itself where the pass does not finish it.
std::string Finish(const Subtree& subtree, const Reducer& reducer, const NodeValue& root, BlobSink& blobs) {
  if (!subtree.finish) return Encode({OutputKind::kBlob, {*root, {}}, 0, static_cast<int64_t>(root->size())});
  const absl::StatusOr<Output> output = reducer.Finish(root ? &*root : nullptr, blobs, nullptr);
  MOTE_CHECK(output.ok() && !output->content.artifact, "such partials finish, and are small");
  return Encode(*output);
}

}  // namespace

bool IsSubtreeTask(const PassSpec& spec) { return spec.kernel == "fold" || spec.kernel == "finish"; }

worker::Report RunSubtreeTask(const PassSpec& spec, const ValueReader& read, BlobSink& blobs) {
  worker::Report report;
  const absl::StatusOr<Subtree> subtree = ReadSubtree(spec);
  MOTE_CHECK(subtree.ok(), "a subtree is read as it was written");
  for (const Subtree::Entry& entry : subtree->entries) {
    if (!entry.value || read(*entry.value).ok()) continue;
    report.fault = Failure{FaultKind::kUnavailable, -1, "an input is gone", "", "", entry.value->artifact->ToString()};
    return report;
  }
  const auto reducer = *MakeReducer(subtree->reducer, *ParseJson(subtree->reducer_parameters));
  absl::StatusOr<NodeValue> folded = FoldSubtree(*subtree, *reducer, read, blobs);
  MOTE_CHECK(folded.ok(), "such partials combine");
  if (spec.kernel == "finish") folded = Finish(*subtree, *reducer, *folded, blobs);
  report.nodes = {{Block{0, 0}, *std::move(folded)}};
  report.cost.tasks = 1;
  return report;
}

}  // namespace mote::sim
