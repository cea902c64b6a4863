#include "tests/tidy/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/tidy/source_text.h"

namespace mote::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> RulesOf(const std::string& path, std::string_view text) {
  std::vector<std::string> rules;
  for (const Finding& finding : Check(path, text)) rules.push_back(finding.rule);
  return rules;
}

std::string Including(const std::string& header) { return "#include \"" + header + "\"\n"; }

TEST(Layering, FolderMayIncludeWhatLiesBeforeIt) {
  EXPECT_THAT(RulesOf("common/fold.cc", Including("common/block.h")), IsEmpty());
  EXPECT_THAT(RulesOf("common/reducers/sum.cc", Including("common/table.h")), IsEmpty());
  EXPECT_THAT(RulesOf("coordinator/plan/rows.cc", Including("coordinator/core/planner.h")), IsEmpty());
  EXPECT_THAT(RulesOf("coordinator/rpc/jobs.cc", Including("coordinator/runtime/loop.h")), IsEmpty());
  EXPECT_THAT(RulesOf("worker/supervisor/main.cc", Including("worker/session/session.h")), IsEmpty());
  EXPECT_THAT(RulesOf("tests/e2e/x_test.cc", Including("coordinator/core/state.h")), IsEmpty());
}

TEST(Layering, FolderMayNotIncludeWhatComesAfterIt) {
  const std::pair<std::string, std::string> bad[] = {
      {"common/fold.cc", "coordinator/core/state.h"},
      {"common/fold.cc", "common/files/blob_files.h"},
      {"common/fold.cc", "common/reducers/sum.h"},
      {"coordinator/core/decide.cc", "coordinator/plan/rows.h"},
      {"coordinator/core/x.h", "common/files/x.h"},
      {"coordinator/plan/rows.cc", "coordinator/schedule/x.h"},
      {"coordinator/schedule/x.cc", "coordinator/plan/x.h"},
      {"coordinator/runtime/loop.cc", "coordinator/rpc/x.h"},
      {"worker/session/session.cc", "worker/supervisor/x.h"},
      {"worker/engine/main.cc", "worker/supervisor/x.h"},
      {"client/submit.cc", "coordinator/core/state.h"},
  };
  for (const auto& [path, header] : bad) EXPECT_THAT(RulesOf(path, Including(header)), ElementsAre("layering")) << path;
}

TEST(Layering, CoordinatorAndWorkerNeverMeet) {
  EXPECT_THAT(RulesOf("coordinator/main.cc", Including("worker/session/session.h")), ElementsAre("layering"));
  EXPECT_THAT(RulesOf("worker/supervisor/main.cc", Including("coordinator/core/state.h")), ElementsAre("layering"));
  EXPECT_THAT(RulesOf("worker/engine/kernels/noop.cc", Including("coordinator/core/planner.h")),
              ElementsAre("layering"));
}

TEST(Borders, GrpcStopsAtTheShells) {
  for (const char* header : {"grpcpp/grpcpp.h", "grpc/grpc.h"}) {
    const std::string text = std::string("#include <") + header + ">\n";
    EXPECT_THAT(RulesOf("coordinator/rpc/server.cc", text), IsEmpty());
    EXPECT_THAT(RulesOf("worker/supervisor/stream.cc", text), IsEmpty());
    EXPECT_THAT(RulesOf("client/channel.cc", text), IsEmpty());
    EXPECT_THAT(RulesOf("coordinator/runtime/loop.cc", text), ElementsAre("grpc"));
    EXPECT_THAT(RulesOf("worker/engine/main.cc", text), ElementsAre("grpc"));
  }
  EXPECT_THAT(RulesOf("coordinator/convert/job.cc", Including("mote/v1/job_service.grpc.pb.h")), ElementsAre("grpc"));
}

TEST(Borders, TorchStopsAtItsKernels) {
  for (const char* header : {"torch/torch.h", "ATen/ATen.h", "c10/core/Device.h"}) {
    const std::string text = std::string("#include <") + header + ">\n";
    EXPECT_THAT(RulesOf("worker/engine/torch_kernels/train.cc", text), IsEmpty());
    EXPECT_THAT(RulesOf("tests/torch/train_test.cc", text), IsEmpty());
    EXPECT_THAT(RulesOf("worker/engine/main.cc", text), ElementsAre("torch"));
    EXPECT_THAT(RulesOf("worker/supervisor/main.cc", text), ElementsAre("torch"));
  }
}

TEST(Borders, ProtoStopsAtTheShells) {
  EXPECT_THAT(RulesOf("coordinator/convert/job.cc", Including("mote/v1/job.pb.h")), IsEmpty());
  EXPECT_THAT(RulesOf("worker/engine/engine_main.cc", Including("mote/engine/v1/engine.pb.h")), IsEmpty());
  EXPECT_THAT(RulesOf("coordinator/runtime/loop.cc", "#include <google/protobuf/message.h>\n"), ElementsAre("proto"));
  EXPECT_THAT(RulesOf("coordinator/core/state.h", Including("mote/v1/job.pb.h")), ElementsAre("layering", "proto"));
  EXPECT_THAT(RulesOf("worker/engine/kernels/noop.cc", Including("mote/v1/pass.pb.h")), ElementsAre("proto"));
}

TEST(Purity, EachImpureWordIsFoundInEachPureFolder) {
  for (const char* folder :
       {"common/", "coordinator/core/", "coordinator/plan/", "coordinator/schedule/", "worker/session/"}) {
    for (const char* code :
         {"std::thread t;", "std::mutex m;", "auto t = absl::Now();", "std::chrono::system_clock::now();",
          "std::chrono::steady_clock::now();", "int x = rand();", "std::random_device d;", "getenv(\"HOME\");",
          "fopen(path, mode);", "std::fstream f;", "int s = socket(a, b, c);", "std::unordered_map<int, int> m;",
          "std::unordered_set<int> s;", "absl::flat_hash_map<int, int> m;", "spdlog::info(text);", "printf(text);",
          "std::cout << x;", "#include <fstream>"}) {
      EXPECT_THAT(RulesOf(std::string(folder) + "x.cc", code), ElementsAre("pure")) << folder << " " << code;
    }
  }
}

TEST(Purity, ShellsAndFilesMayDoAsTheyLike) {
  EXPECT_THAT(RulesOf("common/files/blob_files.cc", "std::mutex m; FILE* f = fopen(p, m);"), IsEmpty());
  EXPECT_THAT(RulesOf("coordinator/runtime/loop.cc", "std::thread t; auto now = absl::Now();"), IsEmpty());
}

TEST(Purity, PartsOfWordsCommentsAndLiteralsAreNotFound) {
  EXPECT_THAT(RulesOf("common/x.cc", "operand(); snprintf(b, 3, f); WebSocket s; // absl::Now() is banned\n"),
              IsEmpty());
  EXPECT_THAT(RulesOf("common/x.cc", "/* std::mutex\n std::thread */ auto s = \"getenv \\\" rand\";\n"), IsEmpty());
  EXPECT_THAT(RulesOf("common/x.cc", "auto s = R\"x(std::mutex \" )\" )x\"; int n = 1'000'000;"), IsEmpty());
}

TEST(Purity, CodeAfterALiteralIsStillSeen) {
  EXPECT_THAT(RulesOf("common/x.cc", "f(\"//\"); std::mutex m;"), ElementsAre("pure"));
  EXPECT_THAT(RulesOf("common/x.cc", "int n = 1'000; char c = '\"'; std::mutex m; char d = '\"';"),
              ElementsAre("pure"));
}

TEST(Lines, OfAtMost120ColumnsPassWhateverTheirBytes) {
  std::string sigma;
  for (int i = 0; i < 117; ++i) sigma += "Σ";
  EXPECT_THAT(RulesOf("client/x.cc", "// " + sigma + "\n"), IsEmpty());
  EXPECT_THAT(RulesOf("client/x.cc", "// Σ" + sigma + "\n"), ElementsAre("length"));
}

TEST(Lines, UsingNamespaceIsFoundEverywhere) {
  EXPECT_THAT(RulesOf("tests/x_test.cc", std::string("using ") + "namespace std;\n"), ElementsAre("using"));
  EXPECT_THAT(RulesOf("tests/x_test.cc", "namespace x {}\nusing x::y;\n"), IsEmpty());
}

TEST(Files, OfMoreThan600LinesAreFound) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "int x;\n";
  EXPECT_THAT(RulesOf("client/x.cc", text), IsEmpty());
  EXPECT_THAT(RulesOf("client/x.cc", text + "int y;\n"), ElementsAre("size"));
}

TEST(Findings, NamePlaceRuleAndRemedy) {
  const auto findings = Check("coordinator/core/x.cc", "int a;\nauto t = absl::Now();\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].ToString(), HasSubstr("coordinator/core/x.cc:2: [pure] says \"absl::Now\""));
  EXPECT_THAT(findings[0].ToString(), HasSubstr("take the time as an argument"));
}

TEST(SourceText, BlankingKeepsLinesAndColumns) {
  EXPECT_EQ(BlankCommentsAndLiterals("a /* b\nc */ d // e\nf(\"g\", 'h')"), "a     \n     d     \nf(   ,    )");
}

}  // namespace
}  // namespace mote::tidy
