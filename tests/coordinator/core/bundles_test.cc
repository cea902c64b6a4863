// Publishing: names, versions, and jobs that take what was published.
#include "coordinator/core/bundles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A job that publishes `model`: what a job file has there, or the reference to a bundle.
mc::JobSpec Publishing(const std::string& name, const Json& model) {
  mc::JobSpec spec;
  spec.name = "publishing";
  mc::StageSpec stage;
  stage.name = "keep";
  stage.operation = "publish";
  stage.parameters = Json{{"name", name}, {"model", model}}.dump();
  spec.stages = {stage};
  return spec;
}

Json TreesOf(const std::string& content) {
  const ArtifactRef file{Sha256(content), static_cast<int64_t>(content.size()), false};
  return {{"trees", {{"artifact", file.ToString()}, {"name", "model.trees"}}}};
}

class Bundles : public ::testing::Test {
 protected:
  Bundles() {
    c_.leaf = [](const PassSpec&, int64_t) { return R"({"features":2,"classes":["good","bad"]})"; };
    c_.Connect("w1");
  }

  JobId Run(const mc::JobSpec& spec) {
    const JobId job = *c_.Submit(spec);
    c_.RunAll();
    EXPECT_EQ(c_.View(job).state, mc::JobState::kSucceeded);
    return job;
  }
  std::string Progress(JobId job) { return c_.View(job).stages[0].progress; }
  std::string Refusal(const mc::JobSpec& spec) { return std::string(c_.Submit(spec).status().message()); }
  const mc::BundleIndex& published() const { return c_.core().state().bundles; }

  CoreHarness c_;
};

TEST(BundleReference, NamesAVersionOrTheNewestOrIsNone) {
  const auto text = [](const std::string& written) {
    const auto reference = BundleReference::Parse(written);
    return reference ? absl::StrCat(reference->name, " ", reference->version) : "none";
  };
  EXPECT_EQ(text("credit/model:3"), "credit/model 3");
  EXPECT_EQ(text("credit/model"), "credit/model 0");
  EXPECT_EQ(text("model:latest"), "model 0");
  for (const char* const written : {"", ":3", "a/", "/a", "a//b", "A:1", "a:", "a:0", "a:-1", "a:03", "a:3x", "a:1:2",
                                    "a b:1", "a:99999999999999999999"}) {
    EXPECT_EQ(text(written), "none") << written;
  }
  EXPECT_EQ(text(std::string(129, 'a')), "none");
}

// The pages of a list, a text each: "a:2 a:1".
std::vector<std::string> Pages(const mc::BundleIndex& index, const std::string& name, int size) {
  std::vector<std::string> pages;
  BundleReference after;
  for (bool more = true; more;) {
    const mc::BundlePage page = index.Page("default", name, after, size);
    pages.push_back(absl::StrJoin(page.bundles, " ", [](std::string* out, const mc::Bundle* bundle) {
      absl::StrAppend(out, mc::NameOf(*bundle));
    }));
    more = page.has_more;
    if (more) after = {page.bundles.back()->name, page.bundles.back()->version};
  }
  return pages;
}

TEST(BundleIndex, PagesTogetherAreTheListWhateverTheirSize) {
  mc::BundleIndex index;
  for (const int64_t version : {1, 2, 3}) index.Put({"default", "b", version, {}, {}, {}});
  for (const char* const tenant : {"bank", "default", "zoo"}) index.Put({tenant, "a", 1, {}, {}, {}});
  index.Put({"default", "c/d", 1, {}, {}, {}});
  EXPECT_THAT(Pages(index, "", 1), ElementsAre("a:1", "b:3", "b:2", "b:1", "c/d:1"));
  EXPECT_THAT(Pages(index, "", 2), ElementsAre("a:1 b:3", "b:2 b:1", "c/d:1"));
  EXPECT_THAT(Pages(index, "", 4), ElementsAre("a:1 b:3 b:2 b:1", "c/d:1"));
  EXPECT_THAT(Pages(index, "", 5), ElementsAre("a:1 b:3 b:2 b:1 c/d:1"));
  EXPECT_THAT(Pages(index, "b", 2), ElementsAre("b:3 b:2", "b:1"));
  EXPECT_THAT(Pages(index, "e", 2), ElementsAre(""));
}

TEST(BundleIndex, APageGoesOnBehindABundleAlsoWhereNewerOnesCameMeanwhile) {
  mc::BundleIndex index;
  for (const int64_t version : {1, 2, 3}) index.Put({"default", "b", version, {}, {}, {}});
  const mc::BundlePage page = index.Page("default", "", {"b", 2}, 10);
  ASSERT_EQ(page.bundles.size(), 1U);
  EXPECT_EQ(page.bundles[0]->version, 1);
  EXPECT_FALSE(page.has_more);
}

TEST_F(Bundles, AListSaysBehindWhichBundleItGoesOn) {
  for (const char* const name : {"b", "a"}) Run(Publishing(name, TreesOf("first")));
  c_.Send(mc::ListBundles{{}, "", "", 1});
  const auto first = std::get<mc::BundleListView>(c_.replies().back().answer);
  ASSERT_EQ(first.bundles.size(), 1U);
  EXPECT_EQ(first.next_after, "a:1");
  c_.Send(mc::ListBundles{{}, "", "", 1, *BundleReference::Parse(first.next_after)});
  const auto second = std::get<mc::BundleListView>(c_.replies().back().answer);
  ASSERT_EQ(second.bundles.size(), 1U);
  EXPECT_EQ(mc::NameOf(second.bundles[0]), "b:1");
  EXPECT_EQ(second.next_after, "");
}

TEST_F(Bundles, AVersionIsNewUnlessThePartsAreThoseOfAnOlderOne) {
  EXPECT_EQ(Progress(Run(Publishing("credit/model", TreesOf("first")))), "published as credit/model:1");
  EXPECT_EQ(Progress(Run(Publishing("credit/model", TreesOf("second")))), "published as credit/model:2");
  EXPECT_EQ(Progress(Run(Publishing("credit/model", TreesOf("first")))), "published as credit/model:1");
  EXPECT_EQ(Progress(Run(Publishing("other", TreesOf("first")))), "published as other:1");
}

TEST_F(Bundles, TheNewestIsTheOneThatWasSoAtSubmissionAlsoAfterACrash) {
  const JobId first = Run(Publishing("credit/model", TreesOf("first")));
  const JobId job = *c_.Submit(Publishing("copy", "credit/model:latest"));
  Run(Publishing("credit/model", TreesOf("second")));
  c_.Restart();
  c_.Connect("w1");
  c_.RunAll();
  const mc::JobView view = c_.View(job);
  ASSERT_EQ(view.stages.size(), 2U);
  EXPECT_EQ(view.stages[1].name, "credit/model:1");
  EXPECT_EQ(view.stages[1].reused_from, first);
  EXPECT_EQ(published().Find("default", "copy", 1)->outputs.at("model"),
            published().Find("default", "credit/model", 1)->outputs.at("model"));
  EXPECT_EQ(published().Find("default", "credit/model", 0)->version, 2);
}

TEST_F(Bundles, TheSameRequestIsTheSameJobAlthoughANewerVersionIsThere) {
  Run(Publishing("credit/model", TreesOf("first")));
  const JobId job = *c_.Submit(Publishing("copy", "credit/model"), "request");
  Run(Publishing("credit/model", TreesOf("second")));
  EXPECT_EQ(*c_.Submit(Publishing("copy", "credit/model"), "request"), job);
  EXPECT_FALSE(c_.Submit(Publishing("copy", "credit/model:2"), "request").ok());
}

TEST_F(Bundles, WhatIsNotThereIsNamedWithWhatIs) {
  EXPECT_THAT(Refusal(Publishing("copy", "credit/model")), HasSubstr("tenant default has no bundle \"credit/model\""));
  Run(Publishing("credit/model", TreesOf("first")));
  EXPECT_THAT(Refusal(Publishing("copy", "credit/modle")), HasSubstr("did you mean \"credit/model\"?"));
  EXPECT_THAT(Refusal(Publishing("copy", "credit/model:2")), HasSubstr("has no version 2; its newest is 1"));
  EXPECT_THAT(Refusal(Publishing("copy", "credit/model:x")), HasSubstr("is neither a stage nor a bundle"));
  EXPECT_THAT(Refusal(Publishing("copy", "credit/model:1.fitted")), HasSubstr("has no output \"fitted\""));
  EXPECT_THAT(Refusal(Publishing("Copy", TreesOf("first"))), HasSubstr("\"Copy\" is no name of a bundle"));
}

TEST_F(Bundles, OtherTenantsHaveBundlesOfTheirOwn) {
  Run(Publishing("credit/model", TreesOf("first")));
  mc::JobSpec spec = Publishing("copy", "credit/model");
  spec.tenant = "bank";
  EXPECT_THAT(Refusal(spec), HasSubstr("tenant bank has no bundle"));
  EXPECT_THAT(published().Names("default"), ElementsAre("credit/model"));
  EXPECT_TRUE(published().Names("bank").empty());
}

TEST_F(Bundles, InferenceOverABundleThatDoesNotPrepareRowsIsRefused) {
  Run(Publishing("credit/model", TreesOf("first")));
  mc::JobSpec spec = Publishing("copy", "credit/model");
  mc::StageSpec& stage = spec.stages[0];
  spec.inputs = {{"rows", "csv", ArtifactRef{Sha256("rows"), 4, false}.ToString(), "rows.csv", ""}};
  stage.operation = "infer";
  stage.input = "rows";
  stage.parameters = R"({"model":"credit/model:1"})";
  EXPECT_THAT(Refusal(spec), HasSubstr("name its model alone: credit/model:1.model"));
  stage.parameters = R"({"model":"credit/model:1.model"})";
  EXPECT_TRUE(c_.Submit(spec).ok());
}

}  // namespace
}  // namespace mote::testing
