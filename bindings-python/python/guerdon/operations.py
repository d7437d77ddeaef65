"""Operations (generated soon)."""
