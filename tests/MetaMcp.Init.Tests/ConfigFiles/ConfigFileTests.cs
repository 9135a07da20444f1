using MetaMcp.Init.ConfigFiles;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Tests.ConfigFiles;

public sealed class ConfigFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    [Fact]
    public void A_file_is_read_to_its_end()
    {
        // The file is longer than the first piece that is read, and its only service comes last.
        File.WriteAllText(path, $"# {new string('x', 100_000)}\n[service.last]\ncommand = [\"x\"]\n");
        Assert.Equal(["last"], ConfigFile.Plan(path).Plan!.Services.Select(s => s.Name));
    }

    [Fact]
    public void A_file_without_end_is_not_read_to_it() =>
        Assert.Equal("/dev/zero:1:1: the file is longer than a configuration can be; the most is 256KiB", Problem("/dev/zero"));

    [Fact]
    public void A_file_as_long_as_it_may_be_is_read_and_one_byte_more_is_not()
    {
        const string Service = "[service.a]\ncommand = [\"x\"]\n#";
        var longest = Service + new string('x', ConfigReader.MaxBytes - Service.Length);
        File.WriteAllText(path, longest);
        Assert.NotNull(ConfigFile.Plan(path).Plan);
        File.WriteAllText(path, longest + "x");
        Assert.Null(ConfigFile.Plan(path).Plan);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_reported_with_the_reason()
    {
        Assert.Equal("/nowhere/at/all: No such file or directory", Problem("/nowhere/at/all"));
        Assert.Equal("/tmp: Is a directory", Problem("/tmp"));
    }

    public void Dispose() => File.Delete(path);

    private static string Problem(string file) => Assert.Single(ConfigFile.Plan(file).Diagnostics).ToString();
}
