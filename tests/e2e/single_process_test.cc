// The main job against the same chain computed by one thread of this process: planners,
// kernels and folds alone, no coordinator, no worker, no block that two could share.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/json.h"
#include "common/table.h"
#include "tests/testing/in_process.h"
#include "tests/testing/real_cluster.h"
#include "tests/torch/torch_options.h"

namespace mote::testing {
namespace {

using Outputs = std::map<std::string, Output>;

// As the head of client/outputs/output_digest.h tells it, for documents and blobs.
std::string DigestOf(InProcess& process, const Outputs& outputs) {
  std::string hashed;
  ByteWriter writer(&hashed);
  for (const auto& [name, output] : outputs) {
    const std::string content = process.Content(output);
    writer.PutString(name);
    writer.Put(static_cast<uint8_t>(output.kind == OutputKind::kDocument ? 2 : 3));
    writer.Put(static_cast<int64_t>(content.size()));
    hashed += content;
  }
  return "sha256:" + Sha256(hashed).Hex();
}

// The stages of examples/credit_risk/credit_risk.yaml.
absl::StatusOr<Outputs> CreditRisk(InProcess& process) {
  const auto applicants = process.Index(ReadFile(SourcePath("examples/credit_risk/german_credit.csv")), "csv", 1 << 20,
                                        kBlobBytesMax, "german_credit.csv");
  if (!applicants.ok()) return applicants.status();
  const auto clean = process.Run("prepare",
                                 {{"label", "class"},
                                  {"positive", "bad"},
                                  {"impute", "median"},
                                  {"one_hot", "auto"},
                                  {"standardize", "z_score"},
                                  {"split", {{"train", 0.7}, {"dev", 0.1}, {"test", 0.2}, {"seed", 7}}}},
                                 {{"input", *applicants}}, {.rows = 50});
  if (!clean.ok()) return clean.status();
  const auto fit = process.Run("train",
                               {{"model", {{"mlp", {{"hidden", {64, 32}}}}}},
                                {"optimizer", {{"adamw", {{"lr", 0.0005}, {"weight_decay", 1.0}}}}},
                                {"epochs", 20},
                                {"batch_size", 32},
                                {"validate", "clean.dev"},
                                {"keep", "best"},
                                {"seed", 7}},
                               {{"input", clean->at("train")}, {"validate", clean->at("dev")}}, {.rows = 8});
  if (!fit.ok()) return fit.status();
  const auto score =
      process.Run("infer", {{"model", "fit.model"}}, {{"input", clean->at("test")}, {"model", fit->at("model")}}, {},
                  {"classification_report", R"({"label":"class"})"});
  if (!score.ok()) return score.status();
  return Outputs{{"report", score->at("result")}, {"quality", clean->at("quality")}, {"model", fit->at("model")}};
}

TEST(SingleProcess, CreditRiskHasTheDigestOfTheCluster) {
  const std::string dir = MakeTempDir();
  const Outcome cluster = testing::Run({Program("mote"), "run", SourcePath("examples/credit_risk/credit_risk.yaml"),
                                        "--workers", "2", "--output", dir + "/o", "--digest"},
                                       dir);
  ASSERT_EQ(cluster.exit_code, 0) << cluster.err;
  for (const int block_level : {0, 3}) {
    InProcess process(TorchOptions(block_level));
    const absl::StatusOr<Outputs> outputs = CreditRisk(process);
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    for (const char* name : {"quality", "report"}) {
      EXPECT_EQ(Json::parse(process.Content(outputs->at(name))), Json::parse(ReadFile(dir + "/o/" + name + ".json")));
    }
    EXPECT_THAT(cluster.out, ::testing::HasSubstr(DigestOf(process, *outputs))) << "blocks of 2^" << block_level;
  }
}

}  // namespace
}  // namespace mote::testing
