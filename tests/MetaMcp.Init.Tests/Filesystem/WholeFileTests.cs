using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Tests.Filesystem;

public sealed class WholeFileTests : IDisposable
{
    private const int Longest = 100_000;

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(Longest)]
    public void All_of_a_file_is_read(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(_path, content);
        Assert.Equal(Errno.None, WholeFile.Read(_path, 0, Longest, out var bytes));
        Assert.Equal(content, bytes);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(Longest)]
    public void No_more_is_read_than_is_wanted(int most)
    {
        Assert.Equal(Errno.None, WholeFile.Read("/dev/zero", 0, most, out var bytes));
        Assert.Equal(most, bytes.Length);
    }

    [Fact]
    public void A_failure_has_its_reason()
    {
        Assert.Equal(Errno.ENOENT, WholeFile.Read("/nonexistent/file", 0, Longest, out var bytes).Number);
        Assert.Empty(bytes);
        Assert.Equal("Is a directory", WholeFile.Read("/", 0, Longest, out bytes).Message);
        Assert.Empty(bytes);
    }

    /// <summary>A file whose length is given as 0, and which the kernel returns a page at a time.</summary>
    [Fact]
    public void A_file_of_the_kernel_is_read_to_its_end() =>
        Assert.Equal(
            File.ReadAllText("/proc/self/mountinfo"), System.Text.Encoding.UTF8.GetString(KernelFile.ReadAll("/proc/self/mountinfo")));
}
