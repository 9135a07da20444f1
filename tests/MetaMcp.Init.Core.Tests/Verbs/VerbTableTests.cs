using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

public sealed class VerbTableTests
{
    [Theory]
    [InlineData("chekc", "unknown verb \"chekc\"; did you mean \"check\"?")]
    [InlineData("lanch", "unknown verb \"lanch\"; did you mean \"launch\"?")]
    [InlineData("complete", "unknown verb \"complete\"")]
    [InlineData("--verison", "unknown verb \"--verison\"; did you mean \"--version\"?")]
    [InlineData("Plan", "unknown verb \"Plan\"; did you mean \"plan\"?")]
    [InlineData("entirely-else", "unknown verb \"entirely-else\"")]
    [InlineData("a\nb", "unknown verb \"a\\u000ab\"")]
    public void An_unknown_verb_has_a_hint_where_one_is_near(string word, string expected) =>
        Assert.Equal(expected, VerbTable.Unknown(word));

    /// <summary>They are between PID 1 and its children; a person who mistypes means another verb.</summary>
    [Theory]
    [InlineData("measur")]
    [InlineData("discrad")]
    [InlineData("plcae")]
    [InlineData("raed")]
    public void A_hidden_verb_is_no_hint(string word) =>
        Assert.DoesNotMatch("measure|discard|place|read\"", VerbTable.Unknown(word).Replace($"\"{word}\"", "", StringComparison.Ordinal));

    [Fact]
    public void A_name_is_in_the_table_once()
    {
        Assert.Distinct(VerbTable.All.Select(verb => verb.Name));
        Assert.All(VerbTable.All, verb =>
            Assert.Distinct(verb.Options.SelectMany(option => (string?[])[option.Name, option.Alias]).OfType<string>()));
    }

    [Fact]
    public void A_row_can_be_found_by_its_name() =>
        Assert.All(VerbTable.All, verb => Assert.Same(verb, VerbTable.Find(verb.Name)));

    [Fact]
    public void Verbs_that_no_person_types_are_hidden() =>
        Assert.Equal(
            ["names", "discard", "draw", "measure", "place", "read"], VerbTable.All.Except(VerbTable.Visible).Select(verb => verb.Name));

    [Fact]
    public void Every_visible_verb_says_how_it_exits() =>
        Assert.All(VerbTable.Visible, verb => Assert.NotEmpty(verb.Exits));

    [Fact]
    public void Only_the_last_operand_may_be_several_words() =>
        Assert.All(VerbTable.All.Where(verb => !verb.Operands.IsEmpty), verb =>
            Assert.All(verb.Operands[..^1], operand => Assert.Equal(1, operand.Most)));

    [Fact]
    public void The_usage_begins_with_the_name() =>
        Assert.All(VerbTable.All.Where(verb => verb.Name is not ("--" or "run")), verb =>
            Assert.All([verb.Usage, .. verb.Forms.Select(form => form.Words)], words =>
                Assert.StartsWith(verb.Name, words, StringComparison.Ordinal)));
}
