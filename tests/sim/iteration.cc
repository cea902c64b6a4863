#include "tests/sim/iteration.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/digest.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "tests/sim/two_stages.h"
#include "tests/testing/map_sink.h"
#include "tests/testing/planners.h"

namespace mote::sim {
namespace {

constexpr int64_t kStepsOfACheckpoint = 5;

// So many sums wait for the task that says what state they make.
constexpr size_t kPendingMax = 3;

// The memo: how far it has come.
struct Progress {
  int64_t step = 0;             // that runs
  std::string state = "start";  // before the sums `pending`
  // [{tasks, nodes: [[level, index, artifact, bytes otherwise], …]}, …]
  Json pending = Json::array();
  bool settles = false;

  static absl::StatusOr<Progress> Read(std::string_view memo) {
    if (memo.empty()) return Progress();
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(memo));
    return Progress{json.at(0).get<int64_t>(), json.at(1).get<std::string>(), json.at(2), json.at(3).get<bool>()};
  }
  std::string Encode() const { return Json{step, state, pending, settles}.dump(); }

  std::vector<ArtifactRef> apart() const {
    std::vector<ArtifactRef> artifacts;
    for (const Json& sum : pending) {
      for (const Json& node : sum.at("nodes")) {
        if (!node.at(2).get<std::string>().empty())
          artifacts.push_back(*ArtifactRef::Parse(node.at(2).get<std::string>()));
      }
    }
    return artifacts;
  }

  void Take(const mc::CompletedPass& done) {
    if (done.apart.empty() && pending.empty()) {
      state = NextState(state, done.root.bytes);
      return;
    }
    Json nodes = Json::array();
    for (const Node& node : done.apart) {
      nodes.push_back({node.block.level, node.block.index, node.artifact->ToString(), ""});
    }
    if (nodes.empty()) nodes.push_back({RootLevel(done.task_count), 0, "", absl::Base64Escape(done.root.bytes)});
    pending.push_back({{"tasks", done.task_count}, {"nodes", std::move(nodes)}});
  }
};

PassSpec PassOf(const mc::PlanContext& context, const Progress& progress) {
  PassSpec pass;
  pass.kernel = progress.settles ? kSettle : kIterate;
  pass.parameters = Json{{"seed", context.parameters.at("seed")},
                         {"step", progress.step},
                         {"state", progress.state},
                         {"pending", progress.pending}}
                        .dump();
  for (const ArtifactRef& artifact : progress.apart()) pass.inputs[artifact.ToString()] = Value{"", artifact};
  pass.task_count = progress.settles ? 1 : context.tasks.count;
  pass.reducer = progress.settles ? "single" : "sum";
  pass.finish = false;
  pass.may_stay_apart = !progress.settles;
  pass.label = absl::StrCat("step ", progress.step);
  return pass;
}

class IteratePlanner final : public testing::SourceOperation {
 public:
  IteratePlanner() : SourceOperation(kIterate) {
    using Kind = Parameter::Kind;
    description_.parameters = {{.name = "seed", .kind = Kind::kInteger, .default_value = "0", .summary = ""},
                               {.name = "steps", .kind = Kind::kInteger, .default_value = "1", .summary = ""}};
  }

  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    const auto steps = context.parameters.at("steps").get<int64_t>();
    MOTE_ASSIGN_OR_RETURN(Progress progress, Progress::Read(context.memo));
    if (progress.settles) {
      progress.state = context.completed.at(0).root.bytes;
      progress.pending.clear();
    } else if (!context.memo.empty()) {
      progress.Take(context.completed.at(0));
      ++progress.step;
    }
    const size_t waiting = progress.pending.size();
    progress.settles = waiting > kPendingMax || (progress.step == steps && waiting > 0);
    mc::PlanStep next;
    if (progress.step == steps && !progress.settles) {
      next.outputs["result"] = Output{OutputKind::kDocument, Value{progress.state, std::nullopt}, 0,
                                      static_cast<int64_t>(progress.state.size())};
      return next;
    }
    next.memo = progress.Encode();
    next.passes = {PassOf(context, progress)};
    next.is_volatile = true;
    next.apart = progress.apart();
    next.tasks_to_come = std::max<int64_t>(0, steps - progress.step - 1) * context.tasks.count;
    next.checkpoint = progress.step % kStepsOfACheckpoint == 0;
    return next;
  }
};

}  // namespace

const mc::PlannerTable& SimPlanners() {
  static const auto* const planners = [] {
    auto added = TwoStagePlanners();
    added.push_back(std::make_shared<IteratePlanner>());
    return new testing::PlannersWith(std::move(added));
  }();
  return *planners;
}

absl::StatusOr<std::string> StateOf(const PassSpec& pass, const ValueReader& read) {
  const Json parameters = *ParseJson(pass.parameters);
  std::string state = parameters.at("state").get<std::string>();
  const auto reducer = *MakeReducer("sum", Json::object());
  std::map<Digest, std::string> blobs;
  testing::MapSink sink(blobs);
  for (const Json& sum : parameters.at("pending")) {
    Subtree tree;
    tree.task_count = sum.at("tasks").get<int64_t>();
    for (const Json& node : sum.at("nodes")) {
      Subtree::Entry& entry = tree.entries.emplace_back();
      entry.block = {node.at(0).get<int>(), node.at(1).get<int64_t>()};
      entry.value.emplace();
      if (const auto artifact = node.at(2).get<std::string>(); !artifact.empty()) {
        entry.value->artifact = *ArtifactRef::Parse(artifact);
      } else {
        MOTE_CHECK(absl::Base64Unescape(node.at(3).get<std::string>(), &entry.value->bytes), "written by the planner");
      }
    }
    MOTE_ASSIGN_OR_RETURN(const NodeValue root, FoldSubtree(tree, *reducer, read, sink));
    state = NextState(state, *root);
  }
  return state;
}

std::string NextState(const std::string& state, std::string_view root) {
  return Sha256(absl::StrCat(state, "|", absl::string_view(root.data(), root.size()))).Hex().substr(0, 16);
}

}  // namespace mote::sim
