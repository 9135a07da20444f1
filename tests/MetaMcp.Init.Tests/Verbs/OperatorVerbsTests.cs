using MetaMcp.Init.Core.Verbs;
using MetaMcp.Init.Verbs;

namespace MetaMcp.Init.Tests.Verbs;

public sealed class OperatorVerbsTests
{
    /// <summary>Program.cs runs these before anything is constructed.</summary>
    private static readonly string[] Hot = ["run", "--", "exec", "launch", "probe"];

    [Fact]
    public void Every_visible_verb_has_an_action_or_is_hot() =>
        Assert.Equal(Hot, VerbTable.Visible.Select(verb => verb.Name).Where(name => OperatorVerbs.ActionOf(name) is null));

    [Fact]
    public void A_verb_between_PID_1_and_its_children_has_no_action_here() =>
        Assert.All(VerbTable.All.Except(VerbTable.Visible).Where(verb => verb.Name != "names"), verb =>
            Assert.Null(OperatorVerbs.ActionOf(verb.Name)));
}
