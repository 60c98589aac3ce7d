DROP TABLE calendar_blocks;
