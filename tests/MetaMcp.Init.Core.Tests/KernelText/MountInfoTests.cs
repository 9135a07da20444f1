using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

/// <summary>Lines as kernels write them, and lines that no kernel writes.</summary>
public sealed class MountInfoTests
{
    [Fact]
    public void Dockers_read_only_mount_is_read_only_by_the_mounts_own_options() =>
        Assert.Equal(
            new Mount("/", "/sys/fs/cgroup", "cgroup2", IsReadOnly: true) { Options = "ro,nosuid,nodev,noexec,relatime,rw" },
            Assert.Single(
            MountInfo.Find("1009 1008 0:27 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw\n"u8, "cgroup2"u8)));

    [Fact]
    public void A_file_system_that_is_read_only_as_a_whole_is_read_only() =>
        Assert.True(
            Assert.Single(MountInfo.Find("30 23 0:26 / /cg rw shared:4 - cgroup2 cgroup ro,nsdelegate\n"u8, "cgroup2"u8)).IsReadOnly);

    [Fact]
    public void Optional_fields_are_passed_over_however_many() =>
        Assert.Equal(
            new Mount("/../..", "/sys/fs/cgroup/unified", "cgroup2", IsReadOnly: false) { Options = "rw,relatime,rw" },
            Assert.Single(
            MountInfo.Find("31 24 0:28 /../.. /sys/fs/cgroup/unified rw,relatime shared:9 master:1 propagate_from:2 - cgroup2 cgroup rw"u8,
            "cgroup2"u8)));

    [Fact]
    public void Escaped_characters_of_a_path_are_made_plain() =>
        Assert.Equal("/a b\\c", Assert.Single(MountInfo.Find("1 2 0:3 / /a\\040b\\134c rw - cgroup2 none rw\n"u8, "cgroup2"u8)).MountPoint);

    [Fact]
    public void Only_the_type_that_is_asked_for_is_found_and_in_order()
    {
        var file = """
            22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
            25 22 0:23 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
            26 25 0:24 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            34 25 0:31 / /first rw - cgroup2 none rw
            35 25 0:31 / /second rw - cgroup2 none rw
            """u8;
        Assert.Equal(["/first", "/second"], MountInfo.Find(file, "cgroup2"u8).Select(m => m.MountPoint));
        Assert.Single(MountInfo.Find(file, "cgroup"u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("1 2 - cgroup2 none rw")]
    [InlineData("1 2 3 4 - cgroup2\n")]
    [InlineData("cgroup2")]
    [InlineData(" - cgroup2 ")]
    public void A_line_that_is_no_mount_is_ignored(string text) =>
        Assert.Empty(MountInfo.Find(System.Text.Encoding.UTF8.GetBytes(text), "cgroup2"u8));

    [Theory]
    [InlineData("\\", "\\")]
    [InlineData("\\04", "\\04")]
    [InlineData("\\999", "\\999")]
    [InlineData("\\777", "\\777")]
    public void A_broken_escape_stays_as_it_is(string written, string read) =>
        Assert.Equal("/" + read,
            Assert.Single(
            MountInfo.Find(System.Text.Encoding.UTF8.GetBytes($"1 2 0:3 / /{written} rw - cgroup2 n rw"), "cgroup2"u8)).MountPoint);
}
