using System.Diagnostics;
using System.Text;
using MetaMcp.Init.Reading;

namespace MetaMcp.Init.Tests.Reading;

public sealed class SettledFileTests : IDisposable
{
    private const int Most = 1 << 20;
    private const int Length = 100_000;

    /// <summary>In memory, so that no write has to wait for a disk.</summary>
    private readonly string _folder = Directory.CreateDirectory($"/dev/shm/{Path.GetRandomFileName()}").FullName;

    private string File => Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_that_is_not_being_written_is_read()
    {
        System.IO.File.WriteAllText(File, "abc");
        Assert.Null(SettledFile.Read(File, Most, out var bytes));
        Assert.Equal("abc", Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void No_more_is_read_than_is_wanted()
    {
        System.IO.File.WriteAllText(File, new string('x', 20_000));
        Assert.Null(SettledFile.Read(File, 17_000, out var bytes));
        Assert.Equal(17_000, bytes.Length);
        // A device has no end, and counts as settled all the same.
        Assert.Null(SettledFile.Read("/dev/zero", 17_000, out bytes));
        Assert.Equal(17_000, bytes.Length);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_reported_with_the_reason()
    {
        Assert.Equal("No such file or directory", SettledFile.Read(File, Most, out _));
        Assert.Equal("Is a directory", SettledFile.Read(_folder, Most, out _));
    }

    /// <summary>Some editors empty the file and then write it piece by piece.</summary>
    [Fact]
    public void Of_a_file_that_is_written_over_and_over_there_is_never_half() => ReadWhile(content =>
    {
        using var stream = new FileStream(File, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(content.AsSpan(0, Length / 3));
        stream.Write(content.AsSpan(Length / 3));
    });

    /// <summary>The file is written in place, so its length never changes.</summary>
    [Fact]
    public void Nor_of_one_that_stays_as_long() => ReadWhile(content =>
    {
        using var stream = new FileStream(File, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(content.AsSpan(0, Length / 3));
        stream.Write(content.AsSpan(Length / 3));
    });

    [Fact]
    public void Nor_of_one_that_others_are_renamed_over() => ReadWhile(content =>
    {
        var next = Path.Combine(_folder, "next");
        System.IO.File.WriteAllBytes(next, content);
        System.IO.File.Move(next, File, overwrite: true);
    });

    /// <summary>For a while the file is written over and over, full of one letter or of another; then the writing stops.</summary>
    private void ReadWhile(Action<byte[]> write)
    {
        byte[][] contents = [.. "ab".Select(c => Encoding.ASCII.GetBytes(new string(c, Length)))];
        write(contents[0]);
        using var stop = new CancellationTokenSource();
        var slowest = TimeSpan.Zero;
        var writer = new Thread(() =>
        {
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                var begin = Stopwatch.GetTimestamp();
                write(contents[round % 2]);
                slowest = slowest > Stopwatch.GetElapsedTime(begin) ? slowest : Stopwatch.GetElapsedTime(begin);
            }
        });
        writer.Start();
        var found = new List<(string? Problem, byte[] Bytes)>();
        for (var i = 0; i < 5; i++)
            found.Add((SettledFile.Read(File, Most, out var bytes), bytes.ToArray()));
        stop.Cancel();
        writer.Join();
        Assert.SkipWhen(slowest.TotalMilliseconds >= SettledFile.PauseMilliseconds, "the machine was too busy to write without a pause");
        Assert.All(
            found, f => Assert.True(
            f.Problem == SettledFile.Unsettled || contents.Any(c => f.Problem is null && f.Bytes.SequenceEqual(c))));
        Assert.Null(SettledFile.Read(File, Most, out var last));
        Assert.Contains(contents, c => last.SequenceEqual(c));
    }
}
