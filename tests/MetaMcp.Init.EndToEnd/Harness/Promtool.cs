using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>Prometheus' own reader of metrics and rules, which <c>scripts/setup test</c> has put below out/.</summary>
internal static partial class Promtool
{
    private static string Path
    {
        get
        {
            var path = System.IO.Path.Combine(Files.Root, "out", "promtool");
            return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: run scripts/setup test");
        }
    }

    public static Task CheckRules(string file) => Succeed(["check", "rules", file], "");

    public static Task TestRules(string file) => Succeed(["test", "rules", file], "");

    public static Task CheckMetrics(string text) => Succeed(["check", "metrics"], text);

    /// <summary>It has no check of OpenMetrics, but loads a history of it; samples of one have times.</summary>
    public static async Task CheckOpenMetrics(string text)
    {
        using var scratch = new Scratch();
        var history = scratch.Write("metrics.txt", Sample().Replace(text, "$0 1764316073"));
        await Succeed(["tsdb", "create-blocks-from", "openmetrics", history, scratch["blocks"]], "");
    }

    private static async Task Succeed(string[] arguments, string input)
    {
        var start = new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var promtool = Process.Start(start) ?? throw new InvalidOperationException("promtool did not start");
        var (output, error) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync().WaitAsync(Patience.Usual);
        var said = await output + await error;
        Assert.True(promtool.ExitCode == 0, $"promtool {string.Join(' ', arguments)}: {said}\n{input}");
    }

    [GeneratedRegex("^[^#\n].*$", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
