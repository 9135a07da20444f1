using System.Diagnostics;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Testing;
using Diagnostic = MetaMcp.Init.Core.Config.Diagnostic;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class BadFilesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Fact]
    public void The_file_that_is_spoilt_was_good()
    {
        var result = Plan.Of(ConfigReader.Read("f", Encoding.UTF8.GetBytes(BadFiles.Valid())));
        Assert.Empty(result.Diagnostics);
        Assert.Equal(["first", "second", "third"], result.Plan!.Services.Select(s => s.Name));
    }

    [Fact]
    public void There_are_more_than_five_hundred_all_different()
    {
        var files = BadFiles.All().ToList();
        Assert.True(files.Count > 500, $"{files.Count}");
        Assert.Equal(files.Count, files.Select(f => f.Name).Distinct().Count());
    }

    [Fact]
    public void Each_is_refused_at_a_place_inside_the_file()
    {
        List<string> accepted = [];
        foreach (var file in BadFiles.All())
        {
            var watch = Stopwatch.StartNew();
            var result = Plan.Of(ConfigReader.Read("bad.toml", file.Content));
            Assert.True(watch.Elapsed < Patience, $"{file} took {watch.Elapsed}");
            if (result.Plan is not null || !result.Diagnostics.Any(d => d.Severity == Severity.Error))
                accepted.Add(file.Name);
            Assert.True(result.Diagnostics.Length <= 200, $"{file}: {result.Diagnostics.Length} diagnostics");
            Assert.All(result.Diagnostics, d => AssertInside(d, file));
        }
        Assert.Empty(accepted);
    }

    [Fact]
    public void One_slip_of_syntax_is_one_error()
    {
        string[] slips = ["table not closed", "no value", "no equals sign", "bare word", "junk after the value", "last character lost"];
        var several = BadFiles.All()
            .Where(f => slips.Any(s => f.Name.EndsWith(s, StringComparison.Ordinal)))
            .Select(f => (f.Name, Found: Plan.Of(ConfigReader.Read("bad.toml", f.Content)).Diagnostics))
            .Where(f => f.Found.Length != 1)
            .Select(f => $"{f.Name}\n  {string.Join("\n  ", f.Found)}");
        Assert.Empty(several);
    }

    private static void AssertInside(Diagnostic diagnostic, BadFile file)
    {
        var lines = Encoding.UTF8.GetString(file.Content).Split('\n');
        Assert.True(diagnostic.At.Line >= 1 && diagnostic.At.Line <= lines.Length, $"{file}: {diagnostic}");
        // Something that is missing is reported one column past the last character.
        Assert.True(diagnostic.At.Column >= 1 && diagnostic.At.Column <= lines[diagnostic.At.Line - 1].Length + 1, $"{file}: {diagnostic}");
        Assert.DoesNotContain(diagnostic.ToString(), char.IsControl);
        Assert.True(diagnostic.Message.Length < 30_000, $"{file}: {diagnostic}");
    }
}
